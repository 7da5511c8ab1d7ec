using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Pipeline.Answers;
using Signalbox.Providers;
using Signalbox.Resilience;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline.Attempts;

/// <summary>
/// One call upstream with a clock of its own: several may be under way for one request. It shows the caller nothing until
/// <see cref="PumpAsync"/>; <see cref="Close"/> writes what it came to into the decision record, whoever ends it.
/// </summary>
internal sealed class Attempt : IDisposable
{
    /// <summary>A complete answer shows nothing until it is whole, so its first output may take this much longer than a stream's.</summary>
    private const int CompleteAnswerPatience = 20;

    private readonly RequestContext _context;
    private readonly ProviderServices _services;
    private readonly AttemptDeadline _deadline;
    private readonly long _start;
    private ProviderAnswer? _answer;
    private int _isClosed;

    /// <summary>Begins an attempt. The token is the caller's abort, or whatever else may end this attempt alone.</summary>
    public Attempt(RequestContext context, Deployment target, AttemptKind kind, ProviderServices services, CancellationToken cancel)
    {
        _context = context;
        _services = services;
        _start = services.Time.GetTimestamp();
        _deadline = new AttemptDeadline(services.Time, cancel);
        Call = new ProviderCall { Context = context, Deployment = target };
        CallPreparation.Prepare(Call, kind);
        Record = new AttemptRecord { Model = target.FullName, Kind = kind, StartedAt = services.Time.GetUtcNow() };
        context.Decision.Add(Record);
    }

    public ProviderCall Call { get; }

    public Deployment Target => Call.Deployment;

    public AttemptRecord Record { get; }

    /// <summary>The answer's way to the caller; null until <see cref="OpenAsync"/> has found its first useful output.</summary>
    public Delivery? Delivery { get; private set; }

    /// <summary>The place at the target that this attempt holds; given back with it.</summary>
    public CapacityPlace? Place { get; set; }

    /// <summary>
    /// Sends the request and reads to the first useful output; with <paramref name="hold"/> to the end, so that the answer can be
    /// judged. Null, or why there is none.
    /// </summary>
    public async Task<FailedAnswer?> OpenAsync(bool hold = false)
    {
        if (hold)
        {
            CallPreparation.PrepareCheck(Call);
        }

        var failure = await SendAsync();
        if (failure is not null)
        {
            Record.Error = failure.Error;
            return failure;
        }

        Record.TimeToFirstOutput = _services.Time.GetElapsedTime(_start);
        if (hold && await Delivery!.HoldAsync(_deadline) is { } error)
        {
            Record.Error = error;
            return new FailedAnswer(error);
        }

        if (hold)
        {
            // What comes now is waiting for other answers.
            Record.Duration = _services.Time.GetElapsedTime(_start);
        }

        _deadline.Rest();
        return null;
    }

    /// <summary>Delivers the answer: from here on the attempt is committed. Null, or the error that the caller was told.</summary>
    public async Task<GatewayError?> PumpAsync()
    {
        if (Call.Seam is null)
        {
            _context.Losses = Delivery!.Losses;
        }

        var error = await Delivery!.PumpAsync(_deadline);
        Record.Error = error;
        if (error is { IsOutage: true })
        {
            await Target.State.NoteBrokenOffAsync(error, _services.Time.GetUtcNow());
        }

        return error;
    }

    /// <summary>Nobody waits for its answer any more. May be called while it is being opened, from another thread.</summary>
    public void Abandon() => _deadline.Abandon();

    /// <summary>Books what the attempt came to. The first word counts: a hedge that lost is waste, however it then ends.</summary>
    public void Close(AttemptOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        Record.Duration ??= _services.Time.GetElapsedTime(_start);
        if (Paid(outcome) is { } notes)
        {
            var isBrokenOff = notes.FinishReason is null && (_context.Aborted.IsCancellationRequested || Record.Error is not null || outcome != AttemptOutcome.Served);
            Record.Usage = notes.Usage is not { } stated ? UsageEstimate.Of(Call.Request, notes)
                : isBrokenOff ? UsageEstimate.OfUnfinished(stated, Call.Request, notes)
                : stated;
            Record.IsEstimated = notes.Usage is null || isBrokenOff;
            Record.CostUsd = UsageCost.Of(Record.Usage, Target.Model.PriceOn(DateOnly.FromDateTime(_context.StartedAt.UtcDateTime)));
        }

        Record.Outcome = outcome;
    }

    public void Dispose()
    {
        _deadline.Dispose();
        Delivery?.Dispose();
        _answer?.Dispose();
        Place?.Dispose();
    }

    /// <summary>
    /// What a provider will have counted; null where it counts nothing. A refusal costs nothing, nor does what never had an answer's
    /// head; what was cut or timed out after it does, and what was sent and then not waited for.
    /// </summary>
    private AnswerNotes? Paid(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Wasted => Delivery?.Notes ?? new AnswerNotes(),
        AttemptOutcome.Failed when Record.Error is { Kind: not (ErrorKind.StreamTruncated or ErrorKind.UpstreamTimeout) } && Delivery?.Notes.Usage is null => null,
        _ => Delivery?.Notes,
    };

    private async Task<FailedAnswer?> SendAsync()
    {
        var patience = _context.Request.Stream ? Target.FirstOutputTimeout : Target.FirstOutputTimeout * CompleteAnswerPatience;
        _deadline.Expect(patience);
        ProviderAnswer answer;
        try
        {
            answer = await Target.Provider.SendAsync(Call, _deadline.Token);
        }
        catch (OperationCanceledException) when (_deadline.TimedOut)
        {
            return new FailedAnswer(new GatewayError(ErrorKind.UpstreamTimeout,
                $"{Target.ProviderName} sent no output within {patience.TotalSeconds:0.#} seconds. Raise firstOutputTimeout if it needs longer.") { IsDeadline = true });
        }

        if (answer is FailedAnswer failed)
        {
            return failed;
        }

        _answer = answer;
        Delivery = Deliveries.Create(Call, answer, _services.Signatures);
        var error = Delivery is null ? Deliveries.NotInProtocol(Target, (WireAnswer)answer) : await Delivery.OpenAsync(_deadline);
        return error is null ? null : new FailedAnswer(error);
    }
}
