namespace Signalbox.Inference.Tokenization;

/// <summary>What a token is. The first six come from the file's token types.</summary>
[Flags]
internal enum TokenAttributes
{
    None = 0,
    Unknown = 1,
    Unused = 2,
    Normal = 4,
    Control = 8,
    UserDefined = 16,

    /// <summary>Written <c>&lt;0xXX&gt;</c>, stands for one byte.</summary>
    Byte = 32,

    /// <summary>Takes the white space before it.</summary>
    StripsLeft = 64,

    /// <summary>Takes the white space after it.</summary>
    StripsRight = 128,
}
