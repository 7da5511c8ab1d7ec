using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Routing.Decisions;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Endpoints;

/// <summary>Hands a chat request of any dialect to the pipeline.</summary>
internal sealed class ChatEndpoint(GatewayRuntime runtime)
{
    /// <summary>The handler of a route whose protocol has model and stream switch in the body.</summary>
    public RequestDelegate For(IDialect dialect) => http => HandleAsync(http, dialect, model: null, stream: null);

    public async Task HandleAsync(HttpContext http, IDialect dialect, string? model, bool? stream)
    {
        var snapshot = runtime.Snapshot;
        using var body = new PooledBuffer();
        var id = RequestIds.New();
        if (await BodyReader.ReadAsync(http, body, snapshot.Config.Server.MaxRequestBytes) is { } error)
        {
            runtime.Decisions.Add(DecisionRecord.Refused(id, runtime.Time.GetUtcNow(), dialect.Name, error));
            await ErrorResponse.WriteAsync(http, dialect, error, id);
            return;
        }

        await runtime.Pipeline.RunAsync(RequestContexts.Create(http, runtime, snapshot, dialect, id) with
        {
            Body = body.Written,
            PathModel = model,
            PathStream = stream,
        });
    }
}
