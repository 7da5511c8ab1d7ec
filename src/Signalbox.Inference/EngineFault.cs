namespace Signalbox.Inference;

/// <summary>What kind of expected failure a fault is.</summary>
public enum EngineFaultKind
{
    /// <summary>The file is damaged, cut off or not GGUF.</summary>
    InvalidFile,

    /// <summary>The file is sound, but asks for something that this engine does not have.</summary>
    Unsupported,

    /// <summary>The request contradicts the model, or itself.</summary>
    InvalidRequest,

    /// <summary>The prompt and the answer do not fit the context.</summary>
    ContextLength,

    /// <summary>No memory or no slot is left within the limits that were set.</summary>
    Overloaded,

    /// <summary>The engine itself failed, or was closed while the answer ran.</summary>
    Failed,
}

/// <summary>An expected failure: what is wrong and what to do next, in one or two sentences.</summary>
public sealed record EngineFault(EngineFaultKind Kind, string Message);
