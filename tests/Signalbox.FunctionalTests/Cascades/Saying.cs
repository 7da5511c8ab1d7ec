using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Cascades;

/// <summary>Providers that say what a test wants in the protocol they speak. Texts must need no escapes but \n.</summary>
internal static class Saying
{
    /// <summary>A whole answer or stream; two pieces of text, nine tokens in and two out.</summary>
    public static Task SayAsync(this UpstreamCall call, Wire wire, string text)
    {
        if (!IsStream(call, wire))
        {
            return call.AnswerAsync(200, "application/json", wire.Complete.Replace(Wire.SampleText, text, StringComparison.Ordinal));
        }

        return call.AnswerAsync(200, wire.StreamContentType, string.Concat(Pieces(wire, text, "")));
    }

    /// <summary>The beginning of a stream, then a broken connection once the gateway has had time to read it: the end never comes.</summary>
    public static Task BreakOffAsync(this UpstreamCall call, Wire wire, string text) =>
        call.AnswerAsync(200, wire.StreamContentType, string.Concat(Pieces(wire, text, "").Take(wire.TextPiece + 1)));

    public static IEnumerable<string> Pieces(Wire wire, string first, string second) => wire.Pieces.Select((piece, i) =>
        i == wire.TextPiece ? piece.Replace("Hello", first, StringComparison.Ordinal)
        : i == wire.TextPiece + 1 ? piece.Replace(" there", second, StringComparison.Ordinal)
        // Some protocols repeat the whole text at the end.
        : piece.Replace(Wire.SampleText, first + second, StringComparison.Ordinal));

    private static bool IsStream(UpstreamCall call, Wire wire) => wire.Dialect == "gemini"
        ? call.Path.Contains(":stream", StringComparison.Ordinal)
        : call.Json.At("stream").ValueKind == System.Text.Json.JsonValueKind.True;
}
