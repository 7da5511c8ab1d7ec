using Signalbox.Dialects.Anthropic;
using Signalbox.Dialects.Gemini;
using Signalbox.Dialects.Ollama;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Dialects.OpenAiResponses;

namespace Signalbox.Dialects;

/// <summary>The dialects that providers can speak.</summary>
internal static class DialectSet
{
    public static IReadOnlyList<IDialect> All { get; } =
        [OpenAiChatDialect.Instance, ResponsesDialect.Instance, AnthropicDialect.Instance, GeminiDialect.Sse, OllamaDialect.Instance];

    /// <summary>The dialect of that name, or null.</summary>
    public static IDialect? Find(string name)
    {
        foreach (var dialect in All)
        {
            if (dialect.Name == name)
            {
                return dialect;
            }
        }

        return null;
    }
}
