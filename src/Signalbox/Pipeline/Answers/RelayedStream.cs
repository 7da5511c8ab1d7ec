using System.Buffers;
using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Dialects.Sse;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>A stream whose bytes go on as they come; a tap watches them.</summary>
internal sealed class RelayedStream(ProviderCall call, WireAnswer answer) : StreamDelivery(call, answer)
{
    private readonly WireAnswer _answer = answer;
    private readonly RelayTap _tap = CreateTap(call, answer);

    /// <summary>The last byte that the caller was sent; 0 before the first.</summary>
    private byte _last;

    public override AnswerNotes Notes => _tap.Notes;

    public override bool IsRelayed => true;

    protected override string ContentType => _answer.ContentType;

    protected override GatewayError? StreamError => _tap.Error;

    protected override bool IsFinished => _tap.IsFinished;

    protected override bool ShowsStreamError => true;

    protected override void Take(in Frame frame, IBufferWriter<byte> output)
    {
        if (frame.Data.IsEmpty ? IsBlank(frame) : _tap.Observe(frame.EventName, frame.Data))
        {
            JsonText.Raw(output, frame.Raw);
            _last = frame.Raw[^1];
        }
    }

    protected override void TakeEnd(IBufferWriter<byte> output) => _tap.End();

    protected override void WriteError(GatewayError error, IBufferWriter<byte> output)
    {
        if (_answer.Dialect.Framing == StreamFraming.JsonArray && _last != 0)
        {
            // One more item of the array that the caller is in the middle of.
            JsonText.Raw(output, ","u8);
            using (var json = new Utf8JsonWriter(output, JsonText.Compact))
            {
                Context.Dialect!.WriteError(error, Context.Id, json);
            }

            JsonText.Raw(output, "]"u8);
            return;
        }

        if (!IsLineEnd(_last))
        {
            JsonText.Raw(output, "\n\n"u8);
        }

        StreamWriterOf(Context).FailBegun(error, output);
    }

    /// <summary>Whether a frame without data is one: comments, blank lines. Else it is half of one, or the end of an array that is not finished.</summary>
    private bool IsBlank(in Frame frame) =>
        _answer.Dialect.Framing == StreamFraming.JsonArray ? _tap.IsFinished : IsLineEnd(frame.Raw[^1]);

    private static bool IsLineEnd(byte last) => last is 0 or (byte)'\n' or (byte)'\r';

    private static RelayTap CreateTap(ProviderCall call, WireAnswer answer)
    {
        var tap = answer.Dialect.CreateTap(call.Context.Request);
        tap.Notes.Text = call.Text;
        return tap;
    }

    internal static AnswerStreamWriter StreamWriterOf(RequestContext context) =>
        context.Dialect!.CreateStreamWriter(AnswerContexts.Create(context));
}
