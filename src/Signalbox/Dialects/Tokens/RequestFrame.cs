namespace Signalbox.Dialects.Tokens;

/// <summary>What providers of one tokenizer family add to the text: roles, separators, the way tools are told to the model. Fitted to recorded usage.</summary>
/// <param name="Request">Once per request.</param>
/// <param name="Message">Per message.</param>
/// <param name="ToolTurn">Per tool call and per result.</param>
/// <param name="AnyTool">Once where there are tools.</param>
/// <param name="Tool">Per tool.</param>
/// <param name="ToolTextShare">Tokens of tools as the model sees them, over those of the schema as it was sent.</param>
/// <param name="FormatShare">The same for the schema of the answer; 0 where it only guides the sampling.</param>
/// <param name="Image">Per image.</param>
internal readonly record struct RequestFrame(
    double Request, double Message, double ToolTurn, double AnyTool, double Tool, double ToolTextShare, double FormatShare, double Image)
{
    private static readonly RequestFrame[] Frames =
    [
        // O200k, Cl100k, Claude, Gemini, Llama, SentencePiece, Qwen, Harmony, DeepSeek, Grok
        new(4, 4, 8, 0, 5, 0.8, 1, 500),
        new(4, 4, 8, 0, 5, 0.8, 1, 500),
        new(7, 0.5, 16, 300, 40, 1.4, 1, 1200),
        new(0, 0.5, 15, 5, 8, 0.5, 0.5, 258),
        new(31, 4, 4, 200, 15, 1.4, 0, 700),
        new(3, 4, 4, 60, 15, 1, 0, 700),
        new(4, 4, 20, 90, 15, 0.6, 0, 700),
        new(62, 4, 12, 30, 10, 0.6, 1, 700),
        new(2, 2, 4, 200, 20, 1.4, 0, 700),
        new(15, 5, 20, 150, 5, 0.4, 1, 500),
    ];

    public static RequestFrame Of(TokenizerFamily family) => Frames[(int)family];
}

/// <summary>Tokens of sounds and documents by their size, where nothing better is known.</summary>
internal static class MediaSize
{
    /// <summary>For what is given by address.</summary>
    public const int UnknownBytes = 64 * 1024;

    private const int LeastTokens = 100;
    private const int AudioBytesPerToken = 250;
    private const int DocumentBytesPerToken = 25;
    private const int VideoBytesPerToken = 1000;

    public static int Tokens(string mediaType, int bytes)
    {
        var perToken = mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? AudioBytesPerToken
            : mediaType.StartsWith("video/", StringComparison.OrdinalIgnoreCase) ? VideoBytesPerToken
            : mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? 4
            : DocumentBytesPerToken;
        return Math.Max(LeastTokens, bytes / perToken);
    }
}
