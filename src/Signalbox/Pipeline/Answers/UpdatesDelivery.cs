using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>A stream of updates, where the provider or the caller (or both) is in this process.</summary>
internal sealed class UpdatesDelivery : Delivery
{
    /// <summary>An answer that is held may have this many characters; beyond it, it is no answer to judge.</summary>
    private const int MaxHeldLength = 16 * 1024 * 1024;

    private readonly IUpdateSource _source;
    private readonly AnswerStreamWriter? _writer;
    private readonly SignatureCollector _signatures;
    private readonly ToolNameMap? _toolNames;
    private readonly AnswerUnmasker? _unmasker;
    private readonly List<ChatResponseUpdate> _pending = [];
    private IAsyncEnumerator<ChatResponseUpdate>? _updates;
    private bool _ended;

    public UpdatesDelivery(ProviderCall call, IUpdateSource source, SignatureStore signatures)
        : base(call)
    {
        _source = source;
        _toolNames = call.ToolNames;
        _unmasker = AnswerUnmasker.For(call.Context);
        _writer = call.Seam is { } seam ? seam.Writer : call.Context.Caller is WireCaller ? RelayedStream.StreamWriterOf(call.Context) : null;
        Notes.Text = call.Seam is null ? call.Text : null;
        _signatures = new SignatureCollector(signatures);
    }

    public override AnswerNotes Notes { get; } = new();

    public override AnswerStreamWriter? Writer => _writer;

    public override async Task<GatewayError?> OpenAsync(AttemptDeadline deadline)
    {
        _updates = _source.ReadAsync(deadline.Token).GetAsyncEnumerator(deadline.Token);
        try
        {
            while (!Notes.HasOutput && await MoveNextAsync() is { } update)
            {
                _pending.Add(update);
            }

            _ended = !Notes.HasOutput;
            return _ended ? _source.Error : null;
        }
        catch (Exception e) when (!Context.Aborted.IsCancellationRequested)
        {
            return _source.Describe(e) ?? ErrorOf(e, deadline, started: false);
        }
    }

    public override async Task<GatewayError?> HoldAsync(AttemptDeadline deadline)
    {
        try
        {
            while (!_ended)
            {
                deadline.Expect(Call.Deployment.IdleTimeout);
                if (await MoveNextAsync() is { } update)
                {
                    _pending.Add(update);
                }
                else
                {
                    _ended = true;
                }

                if (Notes.TextLength > MaxHeldLength)
                {
                    return TooLongToHold();
                }
            }

            return _source.Error;
        }
        catch (Exception e) when (!Context.Aborted.IsCancellationRequested)
        {
            return _source.Describe(e) ?? ErrorOf(e, deadline, started: true);
        }
    }

    public override async Task<GatewayError?> PumpAsync(AttemptDeadline deadline)
    {
        if (Call.Seam is null && Context.Caller is WireCaller wire)
        {
            AnswerHeaders.Write(Context, wire, _source.Headers, _ended ? AttemptTotals.CostWith(Context, Notes) : null);
            wire.Start(200, _writer!.ContentType);
        }

        GatewayError? error;
        try
        {
            error = await PumpUpdatesAsync(deadline);
        }
        catch (Exception e) when (!Context.Aborted.IsCancellationRequested)
        {
            error = _source.Describe(e) ?? ErrorOf(e, deadline, started: true);
        }

        if (error is null || !LeaveOpen(error))
        {
            await FinishAsync(error);
        }
        else
        {
            await FlushAsync(Context.Aborted);
        }

        return error;
    }

    public override Task EndAsync(GatewayError error) => FinishAsync(error);

    public override void Dispose()
    {
        // The enumerator's own work ends with the attempt's cancellation; there is nothing left to wait for.
        _ = _updates?.DisposeAsync().AsTask();
    }

    private async Task<GatewayError?> PumpUpdatesAsync(AttemptDeadline deadline)
    {
        foreach (var update in _pending)
        {
            await DeliverAsync(update, deadline.Token);
        }

        while (!_ended)
        {
            var next = MoveNextAsync();
            if (!next.IsCompleted)
            {
                await FlushAsync(deadline.Token);
                deadline.Expect(Call.Deployment.IdleTimeout);
            }

            if (await next is not { } update)
            {
                break;
            }

            await DeliverAsync(update, deadline.Token);
        }

        return _source.Error;
    }

    /// <summary>The next update as the caller gets it; null at the end.</summary>
    private async ValueTask<ChatResponseUpdate?> MoveNextAsync()
    {
        ChatResponseUpdate? update;
        if (await _updates!.MoveNextAsync())
        {
            update = _updates.Current;
            _toolNames?.Restore(update.Contents);
            _unmasker?.Apply(update);
        }
        else
        {
            // A client's stream may end without a reason, while something is still held back.
            update = _source.Error is null ? _unmasker?.End() : null;
        }

        if (update is not null)
        {
            Note(update);
        }

        return update;
    }

    private void Note(ChatResponseUpdate update)
    {
        Notes.Note(update);
        _signatures.Take(update.Contents);
        if (Call.HidesLogprobs)
        {
            update.AdditionalProperties?.Remove(Vocabulary.TokenLogprobs);
        }

        Call.Seam?.Fit(update);
    }

    private ValueTask DeliverAsync(ChatResponseUpdate update, CancellationToken cancel)
    {
        if (Context.Caller is InProcessCaller caller)
        {
            return caller.TakeAsync(update, cancel);
        }

        _writer!.Write(update, ((WireCaller)Context.Caller).Body);
        return ValueTask.CompletedTask;
    }

    private async ValueTask FlushAsync(CancellationToken cancel)
    {
        if (Context.Caller is WireCaller { Body: { UnflushedBytes: > 0 } body })
        {
            await body.FlushAsync(cancel);
        }
    }

    private async Task FinishAsync(GatewayError? error)
    {
        if (Call.Seam?.End() is { } rest)
        {
            await DeliverAsync(rest, Context.Aborted);
        }

        if (Context.Caller is InProcessCaller caller)
        {
            if (error is not null)
            {
                caller.Fail(error);
            }

            return;
        }

        var body = ((WireCaller)Context.Caller).Body;
        if (error is null)
        {
            _writer!.Complete(body);
        }
        else
        {
            _writer!.Fail(error, body);
        }

        await body.FlushAsync(Context.Aborted);
    }
}
