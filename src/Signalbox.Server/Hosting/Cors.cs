using Signalbox.Dialects;
using Signalbox.Pipeline;

namespace Signalbox.Server.Hosting;

/// <summary>
/// Answers browsers of the configured origins and refuses other web pages: a page can send a simple POST anywhere, and callers
/// are not asked for keys. Pages of this machine may ask, but are not told. The list is read from the snapshot in force.
/// </summary>
internal sealed class Cors(GatewayRuntime runtime)
{
    private const string Methods = "GET, POST, OPTIONS";
    private const string PreflightSeconds = "600";

    public Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var origins = runtime.Snapshot.Config.Server.Cors.Origins;
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return next(http);
        }

        if (!IsAllowed(origins, origin))
        {
            return IsOfThisMachine(origin) ? next(http) : ErrorResponse.WriteForPathAsync(http, new GatewayError(ErrorKind.Permission,
                "Web pages of this origin may not use the gateway. Add the origin to server.cors.origins to let them."), RequestIds.New());
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

    /// <summary>Whether an origin is a page that this machine serves itself.</summary>
    public static bool IsOfThisMachine(string origin) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.IsLoopback;

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
