using System.Buffers;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Sse;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>A stream that is read in the provider's dialect and written in the caller's.</summary>
internal sealed class TranslatedStream(ProviderCall call, WireAnswer answer, SignatureStore signatures)
    : StreamDelivery(call, answer)
{
    private readonly ToolNameMap? _toolNames = call.ToolNames;
    private readonly AnswerStreamReader _reader = answer.Dialect.CreateStreamReader();
    private readonly AnswerStreamWriter _writer = call.Seam?.Writer ?? RelayedStream.StreamWriterOf(call.Context);
    private readonly SignatureCollector _signatures = new(signatures);
    private readonly AnswerUnmasker? _unmasker = AnswerUnmasker.For(call.Context);
    private readonly List<ChatResponseUpdate> _updates = [];

    public override AnswerNotes Notes { get; } = new() { Text = call.Seam is null ? call.Text : null };

    public override AnswerStreamWriter Writer => _writer;

    protected override string ContentType => _writer.ContentType;

    protected override GatewayError? StreamError => _reader.Error;

    protected override bool IsFinished => _reader.IsFinished;

    protected override bool ShowsStreamError => false;

    protected override void Take(in Frame frame, IBufferWriter<byte> output)
    {
        if (!frame.Data.IsEmpty)
        {
            _reader.Read(frame.EventName, frame.Data, _updates);
            WriteUpdates(output);
        }
    }

    protected override void TakeEnd(IBufferWriter<byte> output)
    {
        _reader.End(_updates);
        WriteUpdates(output);
        if (_reader.IsFinished && _reader.Error is null && _unmasker?.End() is { } held)
        {
            WriteUpdate(held, output);
        }

        WriteRest(output);
        if (_reader.IsFinished && _reader.Error is null)
        {
            _writer.Complete(output);
        }
    }

    protected override void WriteError(GatewayError error, IBufferWriter<byte> output)
    {
        WriteRest(output);
        _writer.Fail(error, output);
    }

    private void WriteUpdates(IBufferWriter<byte> output)
    {
        for (var i = 0; i < _updates.Count; i++)
        {
            var update = _updates[i];
            _toolNames?.Restore(update.Contents);
            _unmasker?.Apply(update);
            WriteUpdate(update, output);
        }

        _updates.Clear();
    }

    private void WriteUpdate(ChatResponseUpdate update, IBufferWriter<byte> output)
    {
        Notes.Note(update);
        _signatures.Take(update.Contents);
        if (Call.HidesLogprobs)
        {
            update.AdditionalProperties?.Remove(Vocabulary.TokenLogprobs);
        }

        Call.Seam?.Fit(update);
        _writer.Write(update, output);
    }

    /// <summary>What a seam has held back in case it was a repetition.</summary>
    private void WriteRest(IBufferWriter<byte> output)
    {
        if (Call.Seam?.End() is { } rest)
        {
            _writer.Write(rest, output);
        }
    }
}
