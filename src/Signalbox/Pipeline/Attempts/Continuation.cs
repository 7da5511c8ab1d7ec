using Microsoft.Extensions.AI;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Pipeline.Answers;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Pipeline.Attempts;

/// <summary>
/// Step 8 where the route says <c>"continue": true</c>: an answer that broke off after the commit point goes on at the next model of
/// the plan that can be given its beginning. The caller's stream stays one stream. What cannot be continued ends in the explicit
/// error that it would have ended in.
/// </summary>
internal sealed class Continuation(ProviderServices services)
{
    private const int MaxContinuations = 2;

    /// <summary>Delivers an answer, and what continues it. Null, or the error that the caller was told.</summary>
    public async Task<GatewayError?> PumpAsync(RequestContext context, Attempt first)
    {
        var error = await first.PumpAsync();
        var current = first;
        try
        {
            for (var i = 0; i < MaxContinuations && error is not null && current.Delivery!.IsLeftOpen; i++)
            {
                current.Close(AttemptOutcome.Served);
                if (await OpenNextAsync(context, current) is not { } next)
                {
                    break;
                }

                Put(current, first);
                current = next;
                error = await current.PumpAsync();
            }

            if (error is not null && current.Delivery!.IsLeftOpen)
            {
                await current.Delivery.EndAsync(error);
            }
        }
        finally
        {
            first.Delivery!.Notes.FinishReason = current.Delivery!.Notes.FinishReason;
            current.Close(AttemptOutcome.Served);
            Put(current, first);
        }

        return error;
    }

    /// <summary>Whether an answer that broke off can be gone on from at all: plain text, cut by a failure, with nothing promised about its form.</summary>
    public static bool IsPossible(ProviderCall call, AnswerNotes notes, GatewayError error)
    {
        var options = call.Context.Request.Options;
        return error.Kind is ErrorKind.StreamTruncated or ErrorKind.UpstreamUnavailable or ErrorKind.UpstreamTimeout or ErrorKind.UpstreamInvalid
                or ErrorKind.Overloaded or ErrorKind.RateLimited
            && notes.FinishReason is null
            && call.Text is { Length: > 0, HasCall: false, HasOther: false, EndsInReasoning: false }
            && !call.Context.Aborted.IsCancellationRequested
            && call.Context.Request.RelayOnly is null
            && options.ResponseFormat is not ChatResponseFormatJson
            && options.ToolMode is not RequiredChatToolMode
            && Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ChoiceCount) is null or 1;
    }

    /// <summary>Whether the plan has a model that could go on where this target breaks off.</summary>
    public static bool HasNext(RoutePlan plan, Deployment target)
    {
        foreach (var place in plan.Order)
        {
            if (plan.Candidates[place].Deployment.FullName != target.FullName && MayContinue(plan, place, []))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<Attempt?> OpenNextAsync(RequestContext context, Attempt broken)
    {
        var plan = context.Decision.Plan!;
        var shown = broken.Call.Text!;
        var text = shown.Text;
        var prefill = ContinuedRequest.PrefillOf(text);
        var sent = context.Mask?.Mask(prefill) ?? prefill;
        var used = AttemptTotals.Served(context.Decision.Attempts).Usage;
        foreach (var place in plan.Order)
        {
            var target = plan.Candidates[place].Deployment;
            if (!MayContinue(plan, place, context.Decision.Attempts) || target.State.Rest(services.Time.GetUtcNow()).IsOn
                || ContinuedRequest.Create(context.Request, sent, used?.OutputTokenCount ?? 0, target.Model) is not { } request
                || services.Board.Queue.TryEnter(target.State, target.MaxConcurrency) is not { } free)
            {
                continue;
            }

            var attempt = new Attempt(context, target, AttemptKind.Continuation, services, context.Aborted) { Place = free };
            var call = attempt.Call;
            (call.Request, call.IsTranslated, call.MayBeContinued, call.Text) = (request, true, true, shown);
            call.Seam = new AnswerSeam(shown, prefill.Length, broken.Delivery!.Writer, used);
            FailedAnswer? failure;
            try
            {
                failure = await attempt.OpenAsync();
            }
            catch
            {
                attempt.Close(AttemptOutcome.Failed);
                attempt.Dispose();
                throw;
            }

            if (failure is null)
            {
                return attempt;
            }

            attempt.Close(AttemptOutcome.Failed);
            attempt.Dispose();
            target.State.NoteFailure(failure.Error, services.Time.GetUtcNow());
        }

        return null;
    }

    /// <summary>Only what the plan has kept, can be given a beginning, and was not called for this request yet.</summary>
    private static bool MayContinue(RoutePlan plan, int place, IReadOnlyList<AttemptRecord> attempts)
    {
        ref var candidate = ref plan.Candidates[place];
        var target = candidate.Deployment;
        if (candidate.Removal != Removal.None || !target.Model.Capabilities.Prefill || target.FallbackFor is not null
            || (plan.Input.Sensitivity == SensitivityLabel.Confidential && target.Locality != Locality.Local))
        {
            return false;
        }

        for (var i = 0; i < attempts.Count; i++)
        {
            if (attempts[i].Model == target.FullName)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first attempt belongs to the pipeline; the others are put away here.</summary>
    private static void Put(Attempt attempt, Attempt first)
    {
        if (attempt != first)
        {
            attempt.Dispose();
        }
    }
}
