namespace Signalbox.Configuration;

/// <summary>The dialects by the words a config uses, and what each makes of an address that is nearly right.</summary>
internal static class DialectDefaults
{
    public const string OpenAiChat = "openai-chat";
    public const string OpenAiResponses = "openai-responses";
    public const string AnthropicMessages = "anthropic-messages";
    public const string Gemini = "gemini";
    public const string Ollama = "ollama";

    public static string[] Names => [OpenAiChat, OpenAiResponses, AnthropicMessages, Gemini, Ollama];

    /// <summary>
    /// OpenAI's paths begin below the version, the others' with it; people write either. An OpenAI address without a path gets
    /// its version, and a version that the dialect adds itself is taken off the others. No slash is left at the end.
    /// </summary>
    public static string Normalize(string dialect, string baseUrl, bool takesVersionPath = true)
    {
        var url = baseUrl.TrimEnd('/');
        var hasPath = url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + 3) >= 0;
        switch (dialect)
        {
            case OpenAiChat or OpenAiResponses:
                return hasPath || !takesVersionPath ? url : url + "/v1";
            case AnthropicMessages:
                return WithoutEnd(url, "/v1");
            case Gemini:
                return WithoutEnd(url, "/v1beta");
            case Ollama:
                // Ollama's OpenAI-compatible address is the one people have at hand.
                return WithoutEnd(WithoutEnd(url, "/v1"), "/api");
            default:
                return url;
        }
    }

    private static string WithoutEnd(string url, string end) =>
        url.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? url[..^end.Length].TrimEnd('/') : url;
}
