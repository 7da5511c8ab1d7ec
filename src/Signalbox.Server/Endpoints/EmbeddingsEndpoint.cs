using Signalbox.Dialects;
using Signalbox.Pipeline;

namespace Signalbox.Server.Endpoints;

/// <summary>Hands an embedding request of any dialect to the side pipeline.</summary>
internal sealed class EmbeddingsEndpoint(GatewayRuntime runtime, SideEndpoint side)
{
    public RequestDelegate For(IDialect dialect) => http => HandleAsync(http, dialect, model: null);

    public Task HandleAsync(HttpContext http, IDialect dialect, string? model) =>
        side.HandleAsync(http, dialect, model, new EmbeddingOperation((IEmbeddingDialect)dialect, runtime.Services.Fields));
}
