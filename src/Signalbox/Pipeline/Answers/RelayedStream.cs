using System.Buffers;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Dialects.Sse;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>A stream whose bytes go on as they come; a tap watches them.</summary>
internal sealed class RelayedStream(RequestContext context, ProviderCall call, WireAnswer answer) : StreamDelivery(context, call, answer)
{
    private readonly WireAnswer _answer = answer;
    private readonly RelayTap _tap = answer.Dialect.CreateTap(context.Request);

    public override AnswerNotes Notes => _tap.Notes;

    public override bool IsRelayed => true;

    protected override string ContentType => _answer.ContentType;

    protected override GatewayError? StreamError => _tap.Error;

    protected override bool IsFinished => _tap.IsFinished;

    protected override bool ShowsStreamError => true;

    protected override void Take(in Frame frame, IBufferWriter<byte> output)
    {
        if (frame.Data.IsEmpty || _tap.Observe(frame.EventName, frame.Data))
        {
            JsonText.Raw(output, frame.Raw);
        }
    }

    protected override void TakeEnd(IBufferWriter<byte> output) => _tap.End();

    protected override void WriteError(GatewayError error, IBufferWriter<byte> output) =>
        StreamWriterOf(Context).Fail(error, output);

    internal static AnswerStreamWriter StreamWriterOf(RequestContext context) =>
        context.Dialect!.CreateStreamWriter(AnswerContexts.Create(context));
}
