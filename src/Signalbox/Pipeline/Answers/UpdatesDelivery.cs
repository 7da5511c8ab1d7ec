using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>A stream of updates, where the provider or the caller (or both) is in this process.</summary>
internal sealed class UpdatesDelivery : Delivery
{
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
        _writer = call.Context.Caller is WireCaller ? RelayedStream.StreamWriterOf(call.Context) : null;
        _signatures = new SignatureCollector(signatures);
    }

    public override AnswerNotes Notes { get; } = new();

    public override async Task<GatewayError?> OpenAsync(AttemptDeadline deadline)
    {
        _updates = _source.ReadAsync(deadline.Token).GetAsyncEnumerator(deadline.Token);
        try
        {
            while (!Notes.HasOutput && await _updates.MoveNextAsync())
            {
                Note(_updates.Current);
                _pending.Add(_updates.Current);
            }

            _ended = !Notes.HasOutput;
            return _ended ? _source.Error : null;
        }
        catch (Exception e) when (!Context.Aborted.IsCancellationRequested)
        {
            return _source.Describe(e) ?? ErrorOf(e, deadline, started: false);
        }
    }

    public override async Task<GatewayError?> PumpAsync(AttemptDeadline deadline)
    {
        if (Context.Caller is WireCaller wire)
        {
            AnswerHeaders.Write(Context, wire, _source.Headers);
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

        await EndAsync(error);
        return error;
    }

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
            var next = _updates!.MoveNextAsync();
            if (!next.IsCompleted)
            {
                await FlushAsync(deadline.Token);
                deadline.Expect(Call.Deployment.IdleTimeout);
            }

            if (!await next)
            {
                break;
            }

            Note(_updates.Current);
            await DeliverAsync(_updates.Current, deadline.Token);
        }

        return _source.Error;
    }

    private void Note(ChatResponseUpdate update)
    {
        _toolNames?.Restore(update.Contents);
        _unmasker?.Apply(update);
        Notes.Note(update);
        _signatures.Take(update.Contents);
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

    private async Task EndAsync(GatewayError? error)
    {
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
