using Signalbox.Configuration.Fields;
using Signalbox.Dialects;
using Signalbox.Experiments;
using Signalbox.Pipeline;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Endpoints;

/// <summary>What experiments have shown, and what people think of answers, over HTTP (docs/experiments.md).</summary>
internal sealed class ExperimentEndpoints(GatewayRuntime runtime)
{
    private const int MostFeedbackBytes = 64 << 10;

    public static void Map(IEndpointRouteBuilder routes, GatewayRuntime runtime)
    {
        var (experiments, access) = (new ExperimentEndpoints(runtime), new AdminAccess(runtime));
        routes.MapGet("/admin/experiments", access.Guard(experiments.ListAsync));
        routes.MapGet("/admin/experiments/{route}", access.Guard(experiments.GetAsync));
        routes.MapPost("/admin/feedback/{id}", access.Guard(experiments.TakeFeedbackAsync));
        routes.Map("/admin/feedback", access.Guard(static http => AdminErrors.WriteAsync(http, new GatewayError(ErrorKind.NotFound,
            "Feedback is about a request: POST /admin/feedback/{request-id}. An answer's id is in its header x-signalbox-request-id."))));
    }

    private Task ListAsync(HttpContext http)
    {
        var reports = runtime.Experiments.ToList().Select(ExperimentEvaluation.Evaluate).ToList();
        return JsonResponse.WriteAsync(http, json => ExperimentJson.Write(json, reports));
    }

    private Task GetAsync(HttpContext http)
    {
        var route = http.Request.RouteValues["route"] as string ?? "";
        if (runtime.Experiments.Find(route) is { } state)
        {
            var report = ExperimentEvaluation.Evaluate(state);
            return JsonResponse.WriteAsync(http, json => ExperimentJson.Write(json, report));
        }

        var known = runtime.Experiments.ToList();
        return AdminErrors.WriteAsync(http, new GatewayError(ErrorKind.NotFound, known.Count > 0
            ? $"There is no experiment on a route {Words.Quote(route)}. Experiments: {string.Join(", ", known.Select(static one => one.Route))}."
            : $"There is no experiment on a route {Words.Quote(route)}, and none on any other. Give a route the strategy ab and two models."));
    }

    private async Task TakeFeedbackAsync(HttpContext http)
    {
        var id = http.Request.RouteValues["id"] as string ?? "";
        using var body = new PooledBuffer();
        var error = await BodyReader.ReadAsync(http, body, MostFeedbackBytes);
        if (error is { Status: StatusCodes.Status413PayloadTooLarge })
        {
            error = error with { Message = $"The body is larger than {MostFeedbackBytes} bytes. Feedback is a score or a rating, and a comment of at most {Feedback.MostComment} characters." };
        }

        if (error is null && runtime.Decisions.Find(id) is { } decision)
        {
            if (Feedback.Read(body.Written, runtime.Time.GetUtcNow(), out error) is { } feedback)
            {
                runtime.Experiments.Count(decision, feedback);
                await JsonResponse.WriteAsync(http, json =>
                {
                    json.WriteStartObject();
                    json.WriteString("request_id", decision.RequestId);
                    json.WriteNumber("score", feedback.Score);
                    json.WriteEndObject();
                });
                return;
            }
        }

        await AdminErrors.WriteAsync(http, error ?? new GatewayError(ErrorKind.NotFound,
            $"There is no decision {Words.Quote(id)}. The latest {runtime.Decisions.Capacity} since the start are kept; an answer's id is in its header x-signalbox-request-id."));
    }
}
