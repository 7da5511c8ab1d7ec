using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>
/// Brings one provider's answer to the caller, in two halves. <see cref="OpenAsync"/> reads until there is something useful and
/// shows the caller nothing, so that any failure up to there may be moved on from. <see cref="PumpAsync"/> is after the commit
/// point: what fails there ends in an explicit error.
/// </summary>
internal abstract class Delivery(ProviderCall call) : IDisposable
{
    protected RequestContext Context => Call.Context;

    /// <summary>The attempt whose answer this is.</summary>
    protected ProviderCall Call { get; } = call;

    /// <summary>What the answer amounts to so far.</summary>
    public abstract AnswerNotes Notes { get; }

    /// <summary>What this attempt did not carry over unchanged.</summary>
    public LossReport Losses => Call.Losses;

    /// <summary>Whether the caller's own bytes went on and the provider's come back.</summary>
    public virtual bool IsRelayed => false;

    /// <summary>Reads up to the first useful output. Null, or why there will be none.</summary>
    public abstract Task<GatewayError?> OpenAsync(AttemptDeadline deadline);

    /// <summary>
    /// After <see cref="OpenAsync"/>, reads the rest as well and still shows nothing: the whole answer can then be judged, and any
    /// failure may be moved on from. Null, or why it is not whole.
    /// </summary>
    public virtual Task<GatewayError?> HoldAsync(AttemptDeadline deadline) => Task.FromResult<GatewayError?>(null);

    /// <summary>Whether the answer broke off and its stream was left open, for <see cref="EndAsync"/> or a continuation.</summary>
    public bool IsLeftOpen { get; protected set; }

    /// <summary>What writes the caller's stream; null where nothing does.</summary>
    public virtual AnswerStreamWriter? Writer => null;

    /// <summary>Tells the caller of a stream that was left open that nothing more comes.</summary>
    public virtual Task EndAsync(GatewayError error) => Task.CompletedTask;

    /// <summary>Delivers all of it. Null, or the error that the caller was told in the stream (unless it <see cref="IsLeftOpen"/>).</summary>
    public abstract Task<GatewayError?> PumpAsync(AttemptDeadline deadline);

    public virtual void Dispose()
    {
    }

    /// <summary>Whether this break is left open, because another model may continue the answer.</summary>
    protected bool LeaveOpen(GatewayError error) => IsLeftOpen = Call.MayBeContinued && Continuation.IsPossible(Call, Notes, error);

    /// <summary>The error that an exception of reading from a provider stands for. The caller's own abort is not one.</summary>
    protected GatewayError ErrorOf(Exception exception, AttemptDeadline deadline, bool started) => exception switch
    {
        OperationCanceledException when deadline.TimedOut => new GatewayError(ErrorKind.UpstreamTimeout, started
            ? $"{ProviderName} sent nothing for {Call.Deployment.IdleTimeout.TotalSeconds:0.#} seconds in the middle of its answer."
            : $"{ProviderName} sent no output within {Call.Deployment.FirstOutputTimeout.TotalSeconds:0.#} seconds. Raise firstOutputTimeout if it needs longer.") { IsDeadline = true },
        JsonException or InvalidOperationException => new GatewayError(ErrorKind.UpstreamInvalid, $"{ProviderName} sent something that its protocol does not allow."),
        _ => Truncated(),
    };

    protected GatewayError TooLongToHold() => new(ErrorKind.UpstreamInvalid,
        $"{ProviderName} wrote an answer that is too long to be judged before it is shown. Ask for a shorter one, or take it out of the cascade.");

    protected GatewayError Truncated() =>
        new(ErrorKind.StreamTruncated, $"{ProviderName} ended its answer before it was finished.");

    protected GatewayError NotInProtocol(string contentType) => new(ErrorKind.UpstreamInvalid,
        $"{ProviderName} answered with {(contentType.Length == 0 ? "no content type" : contentType.Split(';')[0])} instead of an answer in its protocol. Check its baseUrl and dialect.");

    protected static bool IsReadFailure(Exception e) =>
        e is IOException or HttpRequestException or OperationCanceledException or JsonException or InvalidOperationException;

    private string ProviderName => Call.Deployment.ProviderName;
}
