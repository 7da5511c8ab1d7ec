using Signalbox.Pipeline;
using Signalbox.Server.Hosting;
using Signalbox.Versions;

namespace Signalbox.Server.Endpoints.Plain;

/// <summary>Makes another version the active one (docs/model-versions.md), for whoever runs the gateway.</summary>
internal sealed class SwitchEndpoint(GatewayRuntime runtime)
{
    private readonly VersionProbe _probe = new(runtime);

    public static void Map(IEndpointRouteBuilder routes, GatewayRuntime runtime)
    {
        var endpoint = new SwitchEndpoint(runtime);
        routes.MapPost("/api/v1/model/switch/{model_version}", new AdminAccess(runtime).Guard(endpoint.SwitchAsync));
    }

    private async Task SwitchAsync(HttpContext http)
    {
        var start = runtime.Time.GetTimestamp();
        var name = http.Request.RouteValues["model_version"] as string ?? "";
        var (active, previous, error) = await runtime.Versions.SwitchAsync(name, _probe.CheckAsync, http.RequestAborted);
        if (error is not null)
        {
            await PlainErrors.WriteAsync(http, error, RequestIds.New());
            return;
        }

        http.Response.Headers[PlainErrors.VersionHeader] = active.Name;
        await JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("model_version", active.Name);
            json.WriteString("model", active.Model);
            json.WriteString("previous_version", previous.Name);
            json.WriteNumber("latency_ms", Math.Round(runtime.Time.GetElapsedTime(start).TotalMilliseconds, 2));
            json.WriteEndObject();
        });
    }
}
