using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Routing.Decisions;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Endpoints;

/// <summary>Reads the body of a request that is no chat and runs it.</summary>
internal sealed class SideEndpoint(GatewayRuntime runtime)
{
    public async Task HandleAsync(HttpContext http, IDialect dialect, string? model, SideOperation operation)
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

        await runtime.SidePipeline.RunAsync(RequestContexts.Create(http, runtime, snapshot, dialect, id) with
        {
            Body = body.Written,
            PathModel = model,
        }, operation);
    }
}
