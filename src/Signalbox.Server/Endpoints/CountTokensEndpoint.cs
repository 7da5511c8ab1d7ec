using Signalbox.Dialects;
using Signalbox.Pipeline;

namespace Signalbox.Server.Endpoints;

/// <summary>Hands a token count of Anthropic's or Gemini's kind to the side pipeline.</summary>
internal sealed class CountTokensEndpoint(SideEndpoint side)
{
    public Task HandleAsync(HttpContext http, IDialect dialect, string? model) =>
        side.HandleAsync(http, dialect, model, new CountTokensOperation((ITokenCountDialect)dialect));
}
