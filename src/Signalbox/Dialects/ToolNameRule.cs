using System.Buffers;

namespace Signalbox.Dialects;

/// <summary>Which names a protocol's providers accept for tools; all others are a 400 there.</summary>
internal sealed class ToolNameRule
{
    private const string LettersAndDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly ToolNameRule OpenAi = new(64, "_-", startsWithLetter: false);
    private static readonly ToolNameRule Anthropic = new(128, "_-", startsWithLetter: false);
    private static readonly ToolNameRule Gemini = new(64, "_-.", startsWithLetter: true);

    private readonly SearchValues<char> _allowed;
    private readonly bool _startsWithLetter;

    private ToolNameRule(int maxLength, string marks, bool startsWithLetter)
    {
        MaxLength = maxLength;
        _allowed = SearchValues.Create(LettersAndDigits + marks);
        _startsWithLetter = startsWithLetter;
    }

    public int MaxLength { get; }

    /// <summary>The rule of a dialect; null where any name will do.</summary>
    public static ToolNameRule? Of(string dialect) => dialect switch
    {
        OpenAiChat.OpenAiChatDialect.DialectName or OpenAiResponses.ResponsesDialect.DialectName => OpenAi,
        Dialects.Anthropic.AnthropicDialect.DialectName => Anthropic,
        Dialects.Gemini.GeminiDialect.DialectName => Gemini,
        _ => null,
    };

    public bool Accepts(string name) =>
        name.Length > 0 && name.Length <= MaxLength && !name.AsSpan().ContainsAnyExcept(_allowed) && IsStart(name[0]);

    /// <summary>The name with what is not accepted made underscores; as long as it was, or longer by one.</summary>
    public string Clean(string name)
    {
        var prefix = name.Length > 0 && (IsStart(name[0]) || !_allowed.Contains(name[0])) ? "" : "_";
        return prefix + string.Create(name.Length, (name, _allowed), static (clean, given) =>
        {
            for (var i = 0; i < clean.Length; i++)
            {
                clean[i] = given._allowed.Contains(given.name[i]) ? given.name[i] : '_';
            }
        });
    }

    private bool IsStart(char first) => !_startsWithLetter || first == '_' || char.IsAsciiLetter(first);
}
