using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.FaultMatrix;

/// <summary>Faults that are rarer, or finer points of the main ones.</summary>
internal static class MoreFaults
{
    private const string Page = "<html><body>Bad gateway</body></html>";

    public static IReadOnlyList<MatrixFault> All { get; } =
    [
        MatrixFaults.Answering(403, "permission"),
        MatrixFaults.Answering(408, "upstream_timeout"),
        MatrixFaults.Answering(409, "upstream_unavailable"),
        MatrixFaults.Answering(502, "upstream_unavailable"),
        MatrixFaults.Answering(503, "overloaded"),
        MatrixFaults.Answering(504, "upstream_timeout"),
        MatrixFaults.Both("HTML page with 502", static (call, _) => call.AnswerAsync(502, "text/html", Page)) with { Word = "upstream_unavailable" },
        MatrixFaults.Both("redirect", static (call, _) => call.Header("Location", "https://elsewhere.invalid/").AnswerAsync(302, "text/plain", "moved")) with { Word = "upstream_invalid" },
        new("no connection in time")
        {
            Word = "upstream_timeout", Address = static (up, _, _) => up.Deaf, Settings = ",\"connectTimeout\":\"300ms\"", NotAfter = "the connection is made before anything is answered",
        },
        new("not HTTP") { Word = "upstream_invalid", Address = static (up, _, _) => up.Raw("SSH-2.0-something\r\n") },
        MatrixFaults.Both("cut before the head", static (call, _) =>
        {
            call.Cut();
            return Task.CompletedTask;
        }) with { Word = "upstream_unavailable" },
        new("cut after the head")
        {
            Word = "stream_truncated",
            Stream = static (call, wire) => MatrixFaults.CutAfter(call.StartAsync(200, wire.StreamContentType)),
            Complete = static (call, _) => MatrixFaults.CutAfter(call.StartAsync(200, "application/json")),
        },
        new("empty answer")
        {
            Word = "upstream_invalid", Complete = static (call, _) => call.AnswerAsync(200, "application/json", ""),
            NotAfter = "an answer with text is not empty",
        },
        new("empty stream")
        {
            Word = "stream_truncated", Stream = static (call, wire) => call.AnswerAsync(200, wire.StreamContentType, ""), NotAfter = "an answer with text is not empty",
        },
        new("JSON of something else")
        {
            Word = "upstream_invalid", Complete = static (call, _) => call.AnswerAsync(200, "application/json", """{"hello":"world"}"""),
        },
        new("JSON that is no object") { Word = "upstream_invalid", Complete = static (call, _) => call.AnswerAsync(200, "application/json", "[7]") },
        new("half of the answer, ended as if whole")
        {
            Word = "upstream_invalid", Complete = static (call, wire) => call.AnswerAsync(200, "application/json", wire.Complete[..^20]),
        },
        new("end of the stream without a finish")
        {
            Word = "stream_truncated",
            Stream = static (call, wire) => Good.SendAsync(call, wire, wire.TextPiece),
            After = MatrixFaults.AfterText(static (_, _) => Task.CompletedTask),
        },
        new("frame that is no JSON")
        {
            Word = "upstream_invalid",
            Stream = static (call, wire) => call.AnswerAsync(200, wire.StreamContentType, FrameOf(wire, "{\"a\":")),
            After = MatrixFaults.AfterText(static (call, wire) => call.SendAsync(FrameOf(wire, "{\"a\":"))),
        },
        new("cut in the middle of a frame")
        {
            Word = "stream_truncated",
            After = MatrixFaults.AfterText(static (call, wire) => MatrixFaults.CutAfter(call.SendAsync(wire.Pieces[wire.TextPiece + 1][..^12]))),
        },
        new("end in the middle of a frame")
        {
            Word = "upstream_invalid", After = MatrixFaults.AfterText(static (call, wire) => call.SendAsync(wire.Pieces[wire.TextPiece + 1][..^12])),
        },
        new("end in the first letters of a frame")
        {
            Word = "upstream_invalid", EventStreamWord = "stream_truncated",
            After = MatrixFaults.AfterText(static (call, wire) => call.SendAsync(wire.Pieces[wire.TextPiece + 1][..3])),
        },
    ];

    private static string FrameOf(Wire wire, string data) => wire.StreamContentType == "text/event-stream" ? $"data: {data}\n\n" : data + "\n";
}
