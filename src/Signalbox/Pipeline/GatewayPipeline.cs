using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Ledger;
using Signalbox.Pipeline.Answers;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers;
using Signalbox.Routing;

namespace Signalbox.Pipeline;

/// <summary>
/// The road of every chat request, in the numbered steps of ARCHITECTURE.md. Streaming is the primitive; nothing is decorated
/// around anything. A failure moves on to the next target until the commit point, the first useful output; after it the stream
/// ends in an explicit error.
/// </summary>
internal sealed class GatewayPipeline(ProviderServices services, UsageJournal journal)
{
    /// <summary>A complete answer shows nothing until it is whole, so its first output may take this much longer than a stream's.</summary>
    private const int CompleteAnswerPatience = 20;

    public async Task RunAsync(RequestContext context)
    {
        var start = services.Time.GetTimestamp();
        TimeSpan? firstOutput = null;
        GatewayError? error = null;
        Delivery? delivery = null;
        using var deadline = new AttemptDeadline(services.Time, context.Aborted);
        try
        {
            // 1 admit: the endpoint has bounded the body; keys and limits are not built yet.

            // 2 read
            error = RequestReading.Read(context);

            // 3 profile, 4 cache: not built yet (ARCHITECTURE.md).

            // 5 plan
            if (error is null && (context.Targets = context.Snapshot.Find(context.Request.Model)) is not { Targets.Count: > 0 })
            {
                error = context.Targets is null ? context.Snapshot.NotFound(context.Request.Model) : NoTarget(context.Targets);
            }

            // 6 reserve: not built yet.

            // 7 attempt
            FailedAnswer? failure = error is null ? null : new FailedAnswer(error);
            if (failure is null)
            {
                (delivery, failure) = await AttemptTargetsAsync(context, deadline);
            }

            if (delivery is null)
            {
                error = failure!.Error;
                await context.Caller.RefuseAsync(context, failure);
                return;
            }

            // 8 stream
            firstOutput = services.Time.GetElapsedTime(start);
            error = await delivery.PumpAsync(deadline);
        }
        catch (Exception) when (context.Aborted.IsCancellationRequested)
        {
            // The caller hung up: nobody is left to be told. The attempt is cancelled with the deadline below.
        }
        finally
        {
            // 9 settle
            journal.Add(Settle(context, delivery, error, firstOutput, services.Time.GetElapsedTime(start)));
            delivery?.Dispose();
            context.Answer?.Dispose();
            context.Document?.Dispose();
        }
    }

    private async Task<(Delivery? Delivery, FailedAnswer? Failure)> AttemptTargetsAsync(RequestContext context, AttemptDeadline deadline)
    {
        FailedAnswer? failure = null;
        var targets = context.Targets!.Targets;
        for (var i = 0; i < targets.Count; i++)
        {
            if (failure is not null && !MoveOnRule.Allows(failure.Error, targets[i]))
            {
                continue;
            }

            context.Deployment = targets[i];
            (var delivery, failure) = await AttemptAsync(context, targets[i], deadline);
            if (delivery is not null)
            {
                return (delivery, null);
            }
        }

        return (null, failure);
    }

    private async Task<(Delivery? Delivery, FailedAnswer? Failure)> AttemptAsync(RequestContext context, Deployment target, AttemptDeadline deadline)
    {
        var patience = context.Request.Stream ? target.FirstOutputTimeout : target.FirstOutputTimeout * CompleteAnswerPatience;
        deadline.Expect(patience);
        var call = new ProviderCall { Context = context, Deployment = target };
        ProviderAnswer answer;
        try
        {
            answer = await target.Provider.SendAsync(call, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.TimedOut)
        {
            deadline.Renew();
            return (null, new FailedAnswer(new GatewayError(ErrorKind.UpstreamTimeout,
                $"{target.ProviderName} sent no output within {patience.TotalSeconds:0.#} seconds. Raise firstOutputTimeout if it needs longer.")));
        }

        if (answer is FailedAnswer failed)
        {
            return (null, failed);
        }

        var delivery = Deliveries.Create(context, call, answer, services.Signatures);
        var error = delivery is null ? Deliveries.NotInProtocol(target, (WireAnswer)answer) : await delivery.OpenAsync(deadline);
        if (error is not null)
        {
            delivery?.Dispose();
            answer.Dispose();
            deadline.Renew();
            return (null, new FailedAnswer(error));
        }

        deadline.Rest();
        context.Answer = answer;
        context.Losses = delivery!.Losses;
        return (delivery, null);
    }

    private static GatewayError NoTarget(RouteTargets route) => new(ErrorKind.NoCandidate,
        $"The route '{route.Route}' has no model that can be used. List models for it in the configuration, or set a provider's key.");

    private static UsageRecord Settle(RequestContext context, Delivery? delivery, GatewayError? error, TimeSpan? firstOutput, TimeSpan duration)
    {
        var notes = delivery?.Notes;
        var stated = notes?.Usage;
        var isCancelled = context.Aborted.IsCancellationRequested;
        var isBrokenOff = notes is { FinishReason: null } && (isCancelled || error is not null);
        var usage = notes is null ? null
            : stated is null ? UsageEstimate.Of(context.Request, notes)
            : isBrokenOff ? UsageEstimate.OfUnfinished(stated, context.Request, notes)
            : stated;
        return new UsageRecord
        {
            RequestId = context.Id,
            StartedAt = context.StartedAt,
            Duration = duration,
            TimeToFirstOutput = firstOutput,
            Dialect = context.Dialect?.Name,
            Route = context.Targets?.Route,
            RequestedModel = context.Request?.Model,
            Model = context.Deployment?.FullName,
            AnsweredBy = notes?.Model,
            Streamed = context.Request?.Stream ?? false,
            Relayed = delivery?.IsRelayed ?? false,
            Attempts = context.Attempts,
            FinishReason = notes?.FinishReason,
            Usage = usage,
            IsEstimated = usage is not null && (stated is null || isBrokenOff),
            CostUsd = usage is null ? null : UsageCost.Of(usage, context.Price),
            Error = error?.Kind,
            IsCancelled = isCancelled,
            Losses = context.Losses.Losses,
        };
    }
}
