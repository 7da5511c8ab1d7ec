using System.Buffers;
using Signalbox.Dialects;
using Signalbox.Dialects.Sse;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>
/// Pumps a provider's stream to a caller's stream, frame by frame. What is done with a frame is the subclass's affair; when to
/// commit, flush, give up and how to end is decided here once.
/// </summary>
internal abstract class StreamDelivery : Delivery
{
    /// <summary>An answer that is held may have this size; beyond it, it is no answer to judge.</summary>
    private const int MaxHeldBytes = 64 * 1024 * 1024;

    /// <summary>How long the rest of a stream may take whose answer is finished, while it is held.</summary>
    private static readonly TimeSpan FinishPatience = TimeSpan.FromSeconds(2);

    private readonly WireAnswer _answer;
    private readonly WireCaller _caller;
    private readonly FrameReader _frames;
    private readonly PooledBuffer _pending = new();
    private bool _bodyEnded;

    protected StreamDelivery(ProviderCall call, WireAnswer answer)
        : base(call)
    {
        _answer = answer;
        _caller = (WireCaller)call.Context.Caller;
        _frames = new FrameReader(answer.Body, answer.Dialect.Framing);
    }

    protected abstract string ContentType { get; }

    /// <summary>The provider's own error in the stream.</summary>
    protected abstract GatewayError? StreamError { get; }

    protected abstract bool IsFinished { get; }

    /// <summary>Whether an error of the provider has itself reached the caller as the explicit end.</summary>
    protected abstract bool ShowsStreamError { get; }

    protected abstract void Take(in Frame frame, IBufferWriter<byte> output);

    protected abstract void TakeEnd(IBufferWriter<byte> output);

    protected abstract void WriteError(GatewayError error, IBufferWriter<byte> output);

    public override async Task<GatewayError?> OpenAsync(AttemptDeadline deadline)
    {
        try
        {
            while (true)
            {
                while (!Notes.HasOutput && StreamError is null && _frames.TryNext(out var frame))
                {
                    Take(frame, _pending);
                }

                if (StreamError is not null)
                {
                    return StreamError;
                }

                if (Notes.HasOutput)
                {
                    return null;
                }

                if (_frames.IsOverlong || !await _frames.FillAsync(deadline.Token))
                {
                    return EndBeforeOutput();
                }
            }
        }
        catch (Exception e) when (IsReadFailure(e) && !Context.Aborted.IsCancellationRequested)
        {
            return ErrorOf(e, deadline, started: false);
        }
    }

    public override async Task<GatewayError?> HoldAsync(AttemptDeadline deadline)
    {
        try
        {
            var idle = Call.Deployment.IdleTimeout;
            while (!_bodyEnded)
            {
                while (_frames.TryNext(out var frame))
                {
                    Take(frame, _pending);
                    if (StreamError is not null)
                    {
                        return StreamError;
                    }
                }

                if (_pending.Length > MaxHeldBytes)
                {
                    return TooLongToHold();
                }

                deadline.Expect(IsFinished && idle > FinishPatience ? FinishPatience : idle);
                if (_frames.IsOverlong || !await _frames.FillAsync(deadline.Token))
                {
                    _bodyEnded = true;
                    TakeEnd(_pending);
                }
            }
        }
        catch (Exception e) when (IsReadFailure(e) && !Context.Aborted.IsCancellationRequested)
        {
            _bodyEnded = true;
            return EndAfterFinish(_pending) ? null : ErrorOf(e, deadline, started: true);
        }

        return StreamError ?? (IsFinished ? null : Truncated());
    }

    public override async Task<GatewayError?> PumpAsync(AttemptDeadline deadline)
    {
        var output = _caller.Body;
        if (Call.Seam is null)
        {
            AnswerHeaders.Write(Context, _caller, _answer.Headers, _bodyEnded ? AttemptTotals.CostWith(Context, Notes) : null);
            _caller.Start(200, ContentType);
        }

        output.Write(_pending.Written.Span);
        _pending.Dispose();
        GatewayError? error;
        try
        {
            error = await PumpFramesAsync(output, deadline);
        }
        catch (Exception e) when (IsReadFailure(e) && !Context.Aborted.IsCancellationRequested)
        {
            error = EndAfterFinish(output) ? null : ErrorOf(e, deadline, started: true);
        }

        if (error is not null && !(error == StreamError && ShowsStreamError) && !LeaveOpen(error))
        {
            WriteError(error, output);
        }

        await output.FlushAsync(Context.Aborted);
        return error;
    }

    public override async Task EndAsync(GatewayError error)
    {
        WriteError(error, _caller.Body);
        await _caller.Body.FlushAsync(Context.Aborted);
    }

    public override void Dispose()
    {
        _frames.Dispose();
        _pending.Dispose();
    }

    private async Task<GatewayError?> PumpFramesAsync(System.IO.Pipelines.PipeWriter output, AttemptDeadline deadline)
    {
        var idle = Call.Deployment.IdleTimeout;
        while (true)
        {
            while (_frames.TryNext(out var frame))
            {
                Take(frame, output);
                if (StreamError is { } error)
                {
                    return error;
                }
            }

            if (output.UnflushedBytes > 0)
            {
                deadline.Rest();
                await output.FlushAsync(deadline.Token);
            }

            deadline.Expect(idle);
            if (_bodyEnded || _frames.IsOverlong || !await _frames.FillAsync(deadline.Token))
            {
                break;
            }
        }

        if (!_bodyEnded)
        {
            TakeEnd(output);
        }

        return StreamError ?? (IsFinished ? null : Truncated());
    }

    /// <summary>A provider may finish its answer and then leave the connection open or break it; the answer is whole all the same.</summary>
    private bool EndAfterFinish(IBufferWriter<byte> output)
    {
        if (!IsFinished || StreamError is not null)
        {
            return false;
        }

        TakeEnd(output);
        return true;
    }

    /// <summary>A stream may be finished and yet say nothing (a zero-token answer); anything else is cut off.</summary>
    private GatewayError? EndBeforeOutput()
    {
        TakeEnd(_pending);
        _bodyEnded = true;
        return StreamError ?? (IsFinished ? null : Truncated());
    }
}
