using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Providers;
using Signalbox.Resilience;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline.Attempts;

/// <summary>
/// Calls on behalf of a request whose answers the caller never sees: further samples, a checker's verdict. They are attempts like
/// any other, counted and paid, and booked as wasted.
/// </summary>
internal sealed class SideCalls(ProviderServices services)
{
    /// <summary>Asks for a complete answer; null where there is none in time, or the target rests or is full. It must be allowed to see the request.</summary>
    public async Task<AnswerText?> AskAsync(RequestCalls calls, Deployment target, DialectRequest request, TimeSpan patience)
    {
        if (target.State.Rest(calls.Now).IsOn || services.Board.Queue.TryEnter(target.State, target.MaxConcurrency) is not { } place)
        {
            return null;
        }

        var origin = calls.Context;
        using var late = new CancellationTokenSource(patience, services.Time);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(calls.Cancel, late.Token);
        var context = origin with
        {
            Origin = origin,
            Caller = NoCaller.Instance,
            Dialect = null,
            Body = default,
            PassedHeaders = [],
            Request = request with { Stream = false, Body = default },
            Losses = new LossReport(),
        };
        using var attempt = new Attempt(context, target with { Strict = false }, AttemptKind.Cascade, services, cancel.Token) { Place = place };
        var outcome = AttemptOutcome.Failed;
        try
        {
            if (await attempt.OpenAsync(hold: true) is not null)
            {
                return null;
            }

            outcome = AttemptOutcome.Wasted;
            return attempt.Call.Text;
        }
        catch (OperationCanceledException) when (!origin.Aborted.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            attempt.Close(outcome);
        }
    }

    /// <summary>Nobody is listening.</summary>
    private sealed class NoCaller : InProcessCaller
    {
        public static readonly NoCaller Instance = new();

        public override ValueTask TakeAsync(ChatResponseUpdate update, CancellationToken cancel) => ValueTask.CompletedTask;

        public override void Take(ChatResponse response)
        {
        }

        public override void Fail(GatewayError error)
        {
        }

        public override Task RefuseAsync(RequestContext context, FailedAnswer failure) => Task.CompletedTask;
    }
}
