using Signalbox.Dialects;
using Signalbox.Dialects.Anthropic;
using Signalbox.Dialects.Gemini;
using Signalbox.Dialects.Ollama;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Server.Hosting;

/// <summary>The dialect that a caller of a path most likely speaks, for errors that no endpoint has answered.</summary>
internal static class PathDialect
{
    public static IDialect Of(PathString path)
    {
        if (path.StartsWithSegments("/v1/messages"))
        {
            return AnthropicDialect.Instance;
        }

        if (path.StartsWithSegments("/v1beta"))
        {
            return GeminiDialect.Sse;
        }

        return path.StartsWithSegments("/api") ? OllamaDialect.Instance : OpenAiChatDialect.Instance;
    }
}
