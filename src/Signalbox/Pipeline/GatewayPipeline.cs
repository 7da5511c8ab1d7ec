using Signalbox.Dialects;
using Signalbox.Ledger;
using Signalbox.Pipeline.Attempts;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers;
using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline;

/// <summary>
/// The road of every chat request, in the numbered steps of ARCHITECTURE.md. Streaming is the primitive; nothing is decorated
/// around anything. A failure moves on to the next target until the commit point, the first useful output; after it the stream
/// ends in an explicit error.
/// </summary>
internal sealed class GatewayPipeline(
    ProviderServices services, RequestProfiling profiling, RoutePlanning planning, AttemptRunner attempts, Continuation continuation, RequestBooks books)
{
    public async Task RunAsync(RequestContext context)
    {
        var start = services.Time.GetTimestamp();
        TimeSpan? firstOutput = null;
        GatewayError? error = null;
        Attempt? attempt = null;
        books.Open(context);
        try
        {
            // 1 admit: the endpoint has bounded the body; keys and limits are not built yet.

            // 2 read
            error = RequestReading.Read(context);

            // 3 profile
            error ??= profiling.Profile(context);

            // 4 cache: not built yet.

            // 5 plan
            error ??= planning.Plan(context);

            // 6 reserve: not built yet.

            // 7 attempt
            var failure = error is null ? null : new FailedAnswer(error);
            if (failure is null)
            {
                (attempt, failure) = await attempts.RunAsync(context);
            }

            if (attempt is null)
            {
                error = failure!.Error;
                await context.Caller.RefuseAsync(context, failure);
                return;
            }

            // 8 stream
            context.Deployment = attempt.Target;
            firstOutput = services.Time.GetElapsedTime(start);
            error = await continuation.PumpAsync(context, attempt);
        }
        catch (Exception) when (context.Aborted.IsCancellationRequested)
        {
            // The caller hung up: nobody is left to be told. What is open upstream is cancelled with its attempt below.
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
            books.End();
            attempt?.Close(AttemptOutcome.Served);
            var record = Settle(context, attempt, error, firstOutput, services.Time.GetElapsedTime(start));
            books.Close(context, record);
            planning.Remember(context, record.Usage?.TotalTokenCount);
            attempt?.Dispose();
            context.Document?.Dispose();
        }
    }

    private static UsageRecord Settle(RequestContext context, Attempt? attempt, GatewayError? error, TimeSpan? firstOutput, TimeSpan duration)
    {
        var decision = context.Decision;
        decision.ServedBy = attempt?.Target.FullName;
        decision.Error = error;
        decision.Topic = attempt?.Delivery?.Notes.Topic;
        decision.Confidence = attempt?.Delivery?.Notes.Confidence;
        decision.Duration = duration;
        var attempts = decision.Attempts;
        var served = AttemptTotals.Served(attempts);
        decision.CostUsd = served.CostUsd;
        decision.IsCancelled = context.Aborted.IsCancellationRequested;
        decision.Finish();
        return new UsageRecord
        {
            RequestId = context.Id,
            StartedAt = context.StartedAt,
            Duration = duration,
            TimeToFirstOutput = firstOutput,
            Dialect = context.CallerName ?? context.Dialect?.Name,
            Route = context.Targets?.Route,
            RequestedModel = context.Request?.Model,
            Model = context.Deployment?.FullName,
            AnsweredBy = attempt?.Delivery?.Notes.Model,
            Streamed = context.Request?.Stream ?? false,
            Relayed = attempt?.Delivery?.IsRelayed ?? false,
            Attempts = context.Attempts,
            FinishReason = attempt?.Delivery?.Notes.FinishReason,
            Usage = served.Usage,
            IsEstimated = served.IsEstimated,
            CostUsd = served.CostUsd,
            Waste = Waste.Of(attempts),
            Error = error?.Kind,
            IsCancelled = context.Aborted.IsCancellationRequested,
            Tags = context.Hints.Tags,
            Losses = context.Losses.Losses,
        };
    }
}
