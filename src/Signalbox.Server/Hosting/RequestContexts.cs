using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Routing;

namespace Signalbox.Server.Hosting;

/// <summary>Makes a request's context out of what HTTP knows about it.</summary>
internal static class RequestContexts
{
    public static RequestContext Create(HttpContext http, GatewayRuntime runtime, GatewaySnapshot snapshot, IDialect dialect, string id) => new()
    {
        Id = id,
        Snapshot = snapshot,
        Caller = new HttpCaller(http, dialect),
        Dialect = dialect,
        PresentedKey = CallerHeaders.PresentedKey(http),
        HintHeaders = CallerHeaders.Hints(http),
        PassedHeaders = CallerHeaders.Passed(http, runtime.Services.Headers, dialect),
        StartedAt = runtime.Time.GetUtcNow(),
        Aborted = http.RequestAborted,
    };
}
