using System.Globalization;
using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.FaultMatrix;

/// <summary>The faults, by their names.</summary>
internal static class MatrixFaults
{
    private const string Page = "<!doctype html><html><body><h1>Gateway problem</h1></body></html>";
    private const string NoAnswerAfter = "the connection is made before anything is answered";
    private static readonly byte[] Garbage = [0x00, 0xff, 0xfe, 0x01, 0x80, 0xc3, 0x28, 0x0a, 0x0a, 0xf0, 0x9f, 0x0a, 0x0a];

    /// <summary>What happens to providers every day.</summary>
    public static IReadOnlyList<MatrixFault> Main { get; } =
    [
        new("connection refused") { Word = "upstream_unavailable", Address = static (up, _, _) => up.Refusing, NotAfter = NoAnswerAfter },
        new("unknown host name") { Word = "upstream_unavailable", Address = static (_, _, _) => $"http://{UnknownHost.Name}", NotAfter = NoAnswerAfter },
        new("TLS certificate not trusted") { Word = "upstream_unavailable", Address = static (up, _, _) => up.Untrusted, NotAfter = NoAnswerAfter },
        Answering(401, "authentication"),
        Answering(404, "not_found"),
        Answering(429, "rate_limited", "429 rate limit"),
        Answering(429, "budget_exceeded", "429 quota used up", "You exceeded your current quota."),
        Answering(500, "upstream_unavailable"),
        Answering(529, "overloaded"),
        Both("slow first byte", static (call, _) => call.StallAsync()) with
        {
            Word = "upstream_timeout", IsSlow = true, NotAfter = "the commit point is the first useful output",
        },
        new("stall in the middle")
        {
            Word = "upstream_timeout", IsSlow = true,
            Stream = static async (call, wire) =>
            {
                await SendHalfAsync(call, wire);
                await call.StallAsync();
            },
            Complete = static async (call, wire) =>
            {
                await SendHalfCompleteAsync(call, wire.Complete);
                await call.StallAsync();
            },
            After = AfterText(static (call, _) => call.StallAsync()),
        },
        new("cut in the middle")
        {
            Word = "stream_truncated",
            Stream = static (call, wire) => CutAfter(SendHalfAsync(call, wire)),
            Complete = static (call, wire) => CutAfter(SendHalfCompleteAsync(call, wire.Complete)),
            After = AfterText(static (_, _) => throw new CutException()),
        },
        new("cut in the middle of a tool's arguments")
        {
            Word = "stream_truncated",
            Stream = static (call, wire) => CutAfter(SendThenAsync(call, wire, wire.TextPiece, CutCalls.Opening(wire))),
            Complete = static (call, wire) => CutAfter(StartAndSendAsync(call, "application/json", CutCalls.Complete(wire))),
            After = AfterText(static (call, wire) => CutAfter(call.SendAsync(string.Concat(CutCalls.Frames(wire))))),
        },
        new("garbage")
        {
            Word = "upstream_invalid", EventStreamWord = "stream_truncated",
            Stream = static (call, wire) => call.AnswerAsync(200, wire.StreamContentType, Garbage),
            Complete = static (call, _) => call.AnswerAsync(200, "application/json", Garbage),
            After = AfterText(static (call, _) => call.SendAsync(Garbage)),
        },
        new("error inside a 200")
        {
            Word = "upstream_unavailable", ShowsMessage = true, Status = 500,
            Stream = static (call, wire) => call.AnswerAsync(200, wire.StreamContentType, wire.StreamError(MatrixFault.Message)),
            Complete = static (call, wire) => call.AnswerAsync(200, "application/json", wire.Error(MatrixFault.Message)),
            After = AfterText(static (call, wire) => call.SendAsync(wire.StreamError(MatrixFault.Message))),
        },
        Both("HTML page with 200", static (call, _) => call.AnswerAsync(200, "text/html; charset=utf-8", Page)) with
        {
            Word = "upstream_invalid", AfterEventsWord = "stream_truncated", After = AfterText(static (call, _) => call.SendAsync(Page + "\n\n")),
        },
        new("Content-Length greater than the answer")
        {
            Word = "stream_truncated",
            Stream = static (call, wire) => SendShortAsync(call, wire.StreamContentType, string.Concat(wire.Pieces.Take(wire.TextPiece))),
            Complete = static (call, wire) => SendShortAsync(call, "application/json", wire.Complete),
            After = static (call, wire) => SendShortAsync(call, wire.StreamContentType, string.Concat(wire.Pieces.Take(wire.TextPiece + 1))),
        },
        new("Content-Length smaller than the answer")
        {
            Word = "upstream_invalid", Address = static (up, wire, phase) => up.TooLong(wire, phase), After = static (_, _) => Task.CompletedTask,
        },
    ];

    public static MatrixFault Answering(int status, string word, string? name = null, string message = MatrixFault.Message) =>
        Both(name ?? $"status {status}", (call, wire) => call.AnswerAsync(status, "application/json", ErrorOf(wire, status, message))) with
        {
            Word = word, Status = status, ShowsMessage = message == MatrixFault.Message,
        };

    /// <summary>The same before a stream and instead of a complete answer.</summary>
    public static MatrixFault Both(string name, Func<UpstreamCall, Wire, Task> act) => new(name) { Word = "", Stream = act, Complete = act };

    /// <summary>First the pieces of a good stream up to its first text.</summary>
    public static Func<UpstreamCall, Wire, Task> AfterText(Func<UpstreamCall, Wire, Task> act) => async (call, wire) =>
    {
        await Good.SendAsync(call, wire, wire.TextPiece + 1);
        await act(call, wire);
    };

    public static async Task CutAfter(Task sent)
    {
        await sent;
        throw new CutException();
    }

    /// <summary>A provider's error body; Gemini's repeats the status.</summary>
    public static string ErrorOf(Wire wire, int status, string message) =>
        wire.Error(message).Replace("\"code\":500", string.Create(CultureInfo.InvariantCulture, $"\"code\":{status}"), StringComparison.Ordinal);

    public static async Task StartAndSendAsync(UpstreamCall call, string contentType, string body)
    {
        await call.StartAsync(200, contentType);
        await call.SendAsync(body);
    }

    /// <summary>The beginning of a stream, up to the middle of the frame with its first text.</summary>
    private static Task SendHalfAsync(UpstreamCall call, Wire wire) => SendThenAsync(call, wire, wire.TextPiece, wire.Pieces[wire.TextPiece][..^12]);

    private static Task SendHalfCompleteAsync(UpstreamCall call, string complete) => StartAndSendAsync(call, "application/json", complete[..(complete.Length / 2)]);

    private static async Task SendThenAsync(UpstreamCall call, Wire wire, int pieces, string rest)
    {
        await Good.SendAsync(call, wire, pieces);
        await call.SendAsync(rest);
    }

    private static async Task SendShortAsync(UpstreamCall call, string contentType, string body)
    {
        var length = Encoding.UTF8.GetByteCount(body) + 100;
        await call.Header("Content-Length", length.ToString(CultureInfo.InvariantCulture)).StartAsync(200, contentType);
        await call.SendAsync(body);
        throw new CutException();
    }
}
