using Signalbox.Dialects.Tokens;

namespace Signalbox.Dialects;

/// <summary>Token counts where no provider has stated any. Always marked as estimated; how they are made is in docs/profile.md.</summary>
internal static class TokenEstimate
{
    private const int CharactersPerToken = 4;

    /// <summary>For text of which only the length is known.</summary>
    public static int OfText(long characters) => (int)Math.Min(int.MaxValue, (characters + CharactersPerToken - 1) / CharactersPerToken);

    public static int OfText(ReadOnlySpan<char> text, TokenizerFamily family)
    {
        var census = new TextCensus();
        census.Add(text);
        return (int)Math.Min(int.MaxValue, Math.Ceiling(census.Tokens(family)));
    }

    /// <summary>Input tokens of a request, by the tokenizer that the name of its model speaks for.</summary>
    public static int OfRequest(DialectRequest request) => OfRequest(request, TokenizerFamilies.OfModel(request.Model));

    public static int OfRequest(DialectRequest request, TokenizerFamily family) => RequestCensus.Of(request).Tokens(family);
}
