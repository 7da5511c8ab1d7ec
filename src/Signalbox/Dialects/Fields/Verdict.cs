namespace Signalbox.Dialects.Fields;

/// <summary>What a translation does with one field of the source protocol.</summary>
internal enum Verdict
{
    /// <summary>The target has the field under the same name and with the same meaning.</summary>
    Kept,

    /// <summary>The target says the same in another place or shape.</summary>
    Mapped,

    /// <summary>The target has no such field; the gateway brings about the effect itself.</summary>
    Emulated,

    /// <summary>The target has no such field and the request is still answered without it.</summary>
    Dropped,

    /// <summary>Without the field the answer would be to another question: the request is a 400 that names it.</summary>
    Refused,
}

internal enum FieldDirection
{
    /// <summary>Caller to provider: the source is what the caller speaks.</summary>
    Request,

    /// <summary>Provider to caller: the source is what the provider speaks.</summary>
    Response,

    /// <summary>The events or chunks of a streamed answer, where they differ in shape from the complete one.</summary>
    Stream,
}

internal enum FieldOperation
{
    Chat,

    /// <summary>Prompt in, text out: OpenAI's legacy completions and Ollama's generate.</summary>
    Completion,

    Embedding,
}

/// <summary>A field that cannot be left out, and why; the pipeline answers 400 with it.</summary>
internal readonly record struct RefusedField(string Field, string Reason);
