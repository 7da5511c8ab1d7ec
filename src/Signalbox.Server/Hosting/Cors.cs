using Signalbox.Pipeline;

namespace Signalbox.Server.Hosting;

/// <summary>Answers browsers of the configured origins. The list is read from the snapshot in force, so a reload changes it.</summary>
internal sealed class Cors(GatewayRuntime runtime)
{
    private const string Methods = "GET, POST, OPTIONS";
    private const string PreflightSeconds = "600";

    public Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var origins = runtime.Snapshot.Config.Server.Cors.Origins;
        var origin = http.Request.Headers.Origin.ToString();
        if (origins.Count == 0 || origin.Length == 0 || !IsAllowed(origins, origin))
        {
            return next(http);
        }

        var headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        headers.AccessControlExposeHeaders = "*";
        if (!HttpMethods.IsOptions(http.Request.Method) || !http.Request.Headers.ContainsKey("Access-Control-Request-Method"))
        {
            return next(http);
        }

        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = http.Request.Headers.AccessControlRequestHeaders;
        headers.AccessControlMaxAge = PreflightSeconds;
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static bool IsAllowed(IReadOnlyList<string> origins, string origin)
    {
        for (var i = 0; i < origins.Count; i++)
        {
            if (origins[i] == "*" || string.Equals(origins[i], origin, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
