using System.Globalization;
using Signalbox.Configuration.Fields;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Pipeline;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Endpoints;

/// <summary>The decision records over HTTP, for whoever runs the gateway (docs/decisions.md).</summary>
internal sealed class AdminEndpoints(GatewayRuntime runtime)
{
    private const int DefaultLimit = 50;
    private const int MostRows = 1000;

    public static void Map(IEndpointRouteBuilder routes, GatewayRuntime runtime)
    {
        var (admin, access) = (new AdminEndpoints(runtime), new AdminAccess(runtime));
        routes.MapGet("/admin/decisions", access.Guard(admin.ListAsync));
        routes.MapGet("/admin/decisions/{id}", access.Guard(admin.GetAsync));
        routes.MapPost("/admin/explain", access.Guard(admin.ExplainAsync));
    }

    /// <summary>A misspelt parameter would be passed over in silence.</summary>
    private static GatewayError? FindUnknown(IQueryCollection query, params string[] known)
    {
        foreach (var name in query.Keys)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var field = Words.Shorten(name);
                return GatewayError.Invalid(field, $"There is no query parameter {Words.Quote(name)} here. Known: {string.Join(", ", known)}.");
            }
        }

        return null;
    }

    private Task ListAsync(HttpContext http)
    {
        if (FindUnknown(http.Request.Query, "limit") is { } unknown)
        {
            return AdminErrors.WriteAsync(http, unknown);
        }

        var limit = DefaultLimit;
        if (http.Request.Query["limit"].ToString() is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostRows))
        {
            return AdminErrors.WriteAsync(http, GatewayError.Invalid("limit", $"limit must be a whole number from 1 to {MostRows}."));
        }

        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total", runtime.Decisions.Total);
            json.WriteNumber("kept_at_most", runtime.Decisions.Capacity);
            json.WriteStartArray("decisions");
            foreach (var decision in runtime.Decisions.Latest(limit))
            {
                DecisionJson.WriteRow(decision, json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private Task GetAsync(HttpContext http)
    {
        var id = http.Request.RouteValues["id"] as string ?? "";
        return runtime.Decisions.Find(id) is { } decision
            ? JsonResponse.WriteAsync(http, json => DecisionJson.Write(decision, json))
            : AdminErrors.WriteAsync(http, new GatewayError(ErrorKind.NotFound,
                $"There is no decision {Words.Quote(id)}. The latest {runtime.Decisions.Capacity} since the start are kept; an answer's id is in its header x-signalbox-request-id, and GET /admin/decisions lists the latest."));
    }

    /// <summary>Plans a request as a caller would send it, and says what would become of it. Opens no connection.</summary>
    private async Task ExplainAsync(HttpContext http)
    {
        var name = http.Request.Query["dialect"].ToString();
        if ((name.Length == 0 ? OpenAiChatDialect.Instance : DialectSet.Find(name)) is not { } dialect)
        {
            var known = DialectSet.All.Select(static dialect => dialect.Name);
            await AdminErrors.WriteAsync(http, GatewayError.Invalid("dialect", $"There is no dialect {Words.Quote(name)}. Known: {string.Join(", ", known)}."));
            return;
        }

        var snapshot = runtime.Snapshot;
        using var body = new PooledBuffer();
        if (await BodyReader.ReadAsync(http, body, snapshot.Config.Server.MaxRequestBytes) is { } unread)
        {
            await AdminErrors.WriteAsync(http, unread);
            return;
        }

        // Where a protocol has the model in its path, the query stands for the path.
        var model = http.Request.Query["model"].ToString();
        var (decision, error) = runtime.DryRun.Run(RequestContexts.Create(http, runtime, snapshot, dialect, RequestIds.New()) with
        {
            Body = body.Written,
            PathModel = model.Length > 0 ? model : dialect.HasModelInBody ? null : RouteNames.Auto,
            IsDryRun = true,
        });
        await (decision is null ? AdminErrors.WriteAsync(http, error!) : JsonResponse.WriteAsync(http, json => DecisionJson.Write(decision, json)));
    }
}
