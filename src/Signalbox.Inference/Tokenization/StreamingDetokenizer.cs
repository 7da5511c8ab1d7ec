namespace Signalbox.Inference.Tokenization;

/// <summary>Tokens to text as they come; a character whose bytes are spread over tokens is held until it is whole.</summary>
internal sealed class StreamingDetokenizer(Tokenizer tokenizer)
{
    public Tokenizer Tokenizer => tokenizer;

    /// <summary>The text that is whole now; may be empty.</summary>
    public string Append(int token) => throw new NotImplementedException();

    /// <summary>What is left at the end, broken characters as U+FFFD.</summary>
    public string Flush() => throw new NotImplementedException();
}
