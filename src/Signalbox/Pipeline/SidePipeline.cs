using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Ledger;
using Signalbox.Pipeline.Answers;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Pipeline;

/// <summary>
/// The road of requests that are no chat: embeddings and token counts. The same steps as <see cref="GatewayPipeline"/>, without a
/// stream and so without a commit point before the end.
/// </summary>
internal sealed class SidePipeline(ProviderServices services, UsageJournal journal)
{
    public async Task RunAsync(RequestContext context, SideOperation operation)
    {
        var start = services.Time.GetTimestamp();
        GatewayError? error = null;
        UsageDetails? usage = null;
        try
        {
            // 2 read
            if (context.Dialect is not null)
            {
                context.Document = RequestBody.Parse(context.Body, out error);
            }

            error ??= operation.Read(context);

            // 5 plan
            if (error is null)
            {
                context.Sensitivity = SensitivityLabel.Public;
                context.Targets = context.Snapshot.Find(context.Request.Model);
                error = context.Targets is null ? context.Snapshot.NotFound(context.Request.Model) : null;
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
        finally
        {
            // 9 settle
            if (operation.IsBilled)
            {
                journal.Add(Settle(context, usage, error, services.Time.GetElapsedTime(start)));
            }

            context.Document?.Dispose();
        }
    }

    private async Task<(SideResult? Result, FailedAnswer? Failure)> AttemptAsync(RequestContext context, SideOperation operation)
    {
        FailedAnswer? failure = new(new GatewayError(ErrorKind.NoCandidate, $"The route '{context.Targets!.Route}' has no model that can be used."));
        using var deadline = new AttemptDeadline(services.Time, context.Aborted);
        var first = true;
        foreach (var target in context.Targets.Targets)
        {
            if (!first && !OrderedWalk.Allows(failure!.Error, target))
            {
                continue;
            }

            first = false;
            context.Deployment = target;
            var call = new ProviderCall { Context = context, Deployment = target };
            deadline.Expect(target.FirstOutputTimeout * 2);
            SideResult? result;
            try
            {
                (result, failure) = await operation.SendAsync(call, deadline.Token);
            }
            catch (OperationCanceledException) when (deadline.TimedOut)
            {
                deadline.Renew();
                failure = new FailedAnswer(new GatewayError(ErrorKind.UpstreamTimeout, $"{target.ProviderName} did not answer in time."));
                continue;
            }

            if (result is not null)
            {
                context.Losses = call.Losses;
                return (result, null);
            }
        }

        return (null, failure);
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
        Losses = context.Losses.Losses,
    };
}

/// <summary>One kind of request that is no chat. Made for each request.</summary>
internal abstract class SideOperation
{
    /// <summary>Whether it costs anything; token counts are free.</summary>
    public abstract bool IsBilled { get; }

    /// <summary>Reads the body into the context's request (its model) and into the operation.</summary>
    public abstract GatewayError? Read(RequestContext context);

    public abstract Task<(SideResult? Result, FailedAnswer? Failure)> SendAsync(ProviderCall call, CancellationToken cancel);

    /// <summary>A request that is known by its model only.</summary>
    protected static DialectRequest Named(string model, JsonElement body) => new() { Model = model, Messages = [], Options = new ChatOptions(), Body = body };

    protected static (SideResult? Result, FailedAnswer? Failure) Refuse(GatewayError error) => (null, new FailedAnswer(error));
}

/// <summary>An answer that is no chat, ready for the caller.</summary>
internal sealed record SideResult(ReadOnlyMemory<byte> Body, string ContentType, UsageDetails? Usage);
