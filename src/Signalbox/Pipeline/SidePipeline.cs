using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Ledger;
using Signalbox.Pipeline.Answers;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Pipeline;

/// <summary>
/// The road of requests that are no chat: embeddings and token counts. The same steps as <see cref="GatewayPipeline"/>, without a
/// stream and so without a commit point before the end.
/// </summary>
internal sealed class SidePipeline(ProviderServices services, UsageJournal journal, DecisionStore decisions)
{
    public async Task RunAsync(RequestContext context, SideOperation operation)
    {
        var start = services.Time.GetTimestamp();
        GatewayError? error = null;
        UsageDetails? usage = null;
        context.Decision.Kind = operation.Kind;
        decisions.Add(context.Decision);
        try
        {
            // 2 read
            error = Read(context, operation);

            // 5 plan
            if (error is null)
            {
                error = Look(context, operation);
            }

            if (error is null)
            {
                context.Decision.RequestedModel = context.Request.Model;
                context.Targets = context.Snapshot.Find(context.Request.Model);
                error = context.Targets is null ? context.Snapshot.NotFound(context.Request.Model) : null;
                context.Decision.Route = context.Targets?.Route;
                context.Decision.Plan = context.Targets is { } route ? InOrder(route, context.Sensitivity) : null;
            }

            // 7 attempt
            var failure = error is null ? null : new FailedAnswer(error);
            SideResult? result = null;
            if (failure is null)
            {
                (result, failure) = await AttemptAsync(context, operation);
            }

            if (result is null)
            {
                error = failure!.Error;
                await context.Caller.RefuseAsync(context, failure);
                return;
            }

            // 8 answer
            usage = result.Usage;
            if (context.Caller is WireCaller wire)
            {
                AnswerHeaders.Write(context, wire, [], usage is null ? null : UsageCost.Of(usage, context.Price));
                wire.Start(200, result.ContentType, result.Body.Length);
                await wire.Body.WriteAsync(result.Body, context.Aborted);
            }
        }
        catch (Exception) when (context.Aborted.IsCancellationRequested)
        {
            // The caller hung up: nobody is left to be told.
        }
        catch (Exception e)
        {
            // A defect: its host tells the caller; the books must not call it a good answer.
            error ??= GatewayError.Defect(e);
            throw;
        }
        finally
        {
            // 9 settle
            var duration = services.Time.GetElapsedTime(start);
            Finish(context, error, duration);
            if (operation.IsBilled)
            {
                journal.Add(Settle(context, usage, error, duration));
            }

            context.Document?.Dispose();
        }
    }

    private static GatewayError? Read(RequestContext context, SideOperation operation)
    {
        GatewayError? error = null;
        if (context.Dialect is not null)
        {
            context.Document = RequestBody.Parse(context.Body, out error);
        }

        error ??= operation.Read(context);
        if (error is null && (error = RequestReading.CheckModel(context.Request.Model)) is not null)
        {
            // What is no name must not stand in the journal either.
            context.Request = null!;
        }

        return error;
    }

    /// <summary>Step 3, as far as it matters here: what the caller says, and how sensitive the request is.</summary>
    private static GatewayError? Look(RequestContext context, SideOperation operation)
    {
        var error = RequestProfiling.ReadHints(context);
        if (error is null)
        {
            var texts = new DialectRequest { Model = context.Request.Model, Messages = [new ChatMessage(ChatRole.User, operation.Texts(context))], Options = new ChatOptions() };
            RequestProfiling.Label(context, context.Snapshot.Sensitivity.Inspect(texts));
        }

        return error;
    }

    private async Task<(SideResult? Result, FailedAnswer? Failure)> AttemptAsync(RequestContext context, SideOperation operation)
    {
        FailedAnswer? failure = new(new GatewayError(ErrorKind.NoCandidate, $"The route '{context.Targets!.Route}' has no model that can be used."));
        using var deadline = new AttemptDeadline(services.Time, context.Aborted);
        var kind = AttemptKind.First;
        foreach (var target in context.Targets.Targets)
        {
            if (kind != AttemptKind.First && !OrderedWalk.Allows(failure!.Error, target))
            {
                continue;
            }

            context.Deployment = target;
            var call = new ProviderCall { Context = context, Deployment = target };
            deadline.Expect(target.FirstOutputTimeout * 2);
            var started = services.Time.GetTimestamp();
            var record = new AttemptRecord { Model = target.FullName, Kind = kind, StartedAt = services.Time.GetUtcNow() };
            context.Decision.Add(record);
            kind = AttemptKind.Fallback;
            SideResult? result = null;
            failure = null;
            try
            {
                (result, failure) = await operation.SendAsync(call, deadline.Token);
            }
            catch (OperationCanceledException) when (deadline.TimedOut)
            {
                deadline.Renew();
                failure = new FailedAnswer(new GatewayError(ErrorKind.UpstreamTimeout, $"{target.ProviderName} did not answer in time."));
            }
            finally
            {
                record.Duration = services.Time.GetElapsedTime(started);
                record.Error = result is null ? failure?.Error : null;
                record.Usage = result?.Usage;
                record.CostUsd = result?.Usage is { } usage ? UsageCost.Of(usage, context.Price) : null;
                record.Outcome = result is null ? AttemptOutcome.Failed : AttemptOutcome.Served;
            }

            if (result is not null)
            {
                context.Losses = call.Losses;
                return (result, null);
            }
        }

        return (null, failure);
    }

    /// <summary>There is no choosing among what is no chat: the route's order stands.</summary>
    private static RoutePlan InOrder(RouteTargets route, SensitivityLabel sensitivity)
    {
        var (candidates, order) = (new Candidate[route.Targets.Count], new int[route.Targets.Count]);
        for (var i = 0; i < candidates.Length; i++)
        {
            order[i] = i;
            candidates[i] = new Candidate { Deployment = route.Targets[i], Place = i, Quality = route.Targets[i].Quality ?? 0.5, Score = -i };
        }

        return new RoutePlan(new PlanInput { Route = route.Settings, Strategy = "ordered", Sensitivity = sensitivity }, candidates, order, "in the order in which the route names its models");
    }

    private static void Finish(RequestContext context, GatewayError? error, TimeSpan duration)
    {
        var decision = context.Decision;
        foreach (var attempt in decision.Attempts)
        {
            if (attempt.Outcome == AttemptOutcome.Served)
            {
                (decision.ServedBy, decision.CostUsd) = (attempt.Model, attempt.CostUsd);
            }
        }

        decision.Error = error;
        decision.Duration = duration;
        decision.IsCancelled = context.Aborted.IsCancellationRequested;
        decision.Finish();
    }

    private static UsageRecord Settle(RequestContext context, UsageDetails? usage, GatewayError? error, TimeSpan duration) => new()
    {
        RequestId = context.Id,
        StartedAt = context.StartedAt,
        Duration = duration,
        Dialect = context.Dialect?.Name,
        Route = context.Targets?.Route,
        RequestedModel = context.Request?.Model,
        Model = context.Deployment?.FullName,
        Attempts = context.Attempts,
        Usage = usage,
        CostUsd = usage is null ? null : UsageCost.Of(usage, context.Price),
        Error = error?.Kind,
        IsCancelled = context.Aborted.IsCancellationRequested,
        Tags = context.Hints.Tags,
        Losses = context.Losses.Losses,
    };
}

/// <summary>One kind of request that is no chat. Made for each request.</summary>
internal abstract class SideOperation
{
    public abstract RequestKind Kind { get; }

    /// <summary>Whether it costs anything; token counts are free.</summary>
    public abstract bool IsBilled { get; }

    /// <summary>Reads the body into the context's request (its model) and into the operation.</summary>
    public abstract GatewayError? Read(RequestContext context);

    public abstract Task<(SideResult? Result, FailedAnswer? Failure)> SendAsync(ProviderCall call, CancellationToken cancel);

    /// <summary>Every text that would leave with the request. Of a body: every string in it.</summary>
    public virtual IList<AIContent> Texts(RequestContext context)
    {
        var texts = new List<AIContent>();
        AddStrings(context.Request.Body, texts);
        return texts;
    }

    private static void AddStrings(JsonElement element, List<AIContent> texts)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                texts.Add(new TextContent(element.GetString()));
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    AddStrings(item, texts);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    AddStrings(property.Value, texts);
                }

                break;
        }
    }

    /// <summary>A request that is known by its model only.</summary>
    protected static DialectRequest Named(string model, JsonElement body) => new() { Model = model, Messages = [], Options = new ChatOptions(), Body = body };

    protected static (SideResult? Result, FailedAnswer? Failure) Refuse(GatewayError error) => (null, new FailedAnswer(error));
}

/// <summary>An answer that is no chat, ready for the caller.</summary>
internal sealed record SideResult(ReadOnlyMemory<byte> Body, string ContentType, UsageDetails? Usage);
