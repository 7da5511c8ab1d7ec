using System.Globalization;
using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>One way in which a provider fails, and the word that the caller is told.</summary>
internal sealed record Fault(string Name, string Word, Func<UpstreamCall, Wire, bool, Task> Act)
{
    /// <summary>What the provider says where it says anything.</summary>
    public const string Message = "The engine broke.";

    private static readonly byte[] Garbage = [0x00, 0xff, 0xfe, 0x01, 0x80, 0xc3, 0x28, 0x0a, 0x0a, 0xf0, 0x9f, 0x0a, 0x0a];
    private const string Page = "<!doctype html><html><body><h1>Gateway problem</h1></body></html>";

    public bool InStreams { get; init; } = true;

    public bool InCompletes { get; init; } = true;

    /// <summary>The word where the framing makes a difference: among events, bytes that are none are nothing; a line that is no JSON is wrong.</summary>
    public string? EventStreamWord { get; init; }

    /// <summary>The kind of provider in the bench's configuration: <c>p</c>, or one that is <c>late</c> or <c>idle</c> after a tenth of a second.</summary>
    public string Provider { get; init; } = "p";

    /// <summary>Whether the provider's own message reaches the caller.</summary>
    public bool ShowsMessage { get; init; }

    public string WordFor(Wire upstream, bool stream) =>
        stream && upstream.StreamContentType == "text/event-stream" ? EventStreamWord ?? Word : Word;

    /// <summary>Nothing useful has come yet.</summary>
    public static IReadOnlyList<Fault> BeforeOutput { get; } =
    [
        new("garbage", "upstream_invalid", static (call, wire, stream) => call.AnswerAsync(200, TypeOf(wire, stream), Garbage)) { EventStreamWord = "stream_truncated" },
        new("a frame that is no JSON", "upstream_invalid", static (call, wire, _) => call.AnswerAsync(200, wire.StreamContentType, FrameOf(wire, "{\"a\":")))
            { InCompletes = false },
        new("other JSON", "upstream_invalid", static (call, _, _) => call.AnswerAsync(200, "application/json", """{"hello":"world"}""")) { InStreams = false },
        new("JSON that is no object", "upstream_invalid", static (call, _, _) => call.AnswerAsync(200, "application/json", "[7]")) { InStreams = false },
        new("half an answer", "upstream_invalid", static (call, wire, _) => call.AnswerAsync(200, "application/json", wire.Complete[..^20])) { InStreams = false },
        new("a page with 200", "upstream_invalid", static (call, _, _) => call.AnswerAsync(200, "text/html; charset=utf-8", Page)),
        new("a page with 502", "upstream_unavailable", static (call, _, _) => call.AnswerAsync(502, "text/html", Page)),
        new("a redirect", "upstream_invalid", static (call, _, _) => call.Header("Location", "https://elsewhere.invalid/").AnswerAsync(302, "text/plain", "moved")),
        new("an empty 200", "upstream_invalid", static (call, _, _) => call.AnswerAsync(200, "application/json", "")) { InStreams = false },
        new("an empty stream", "stream_truncated", static (call, wire, _) => call.AnswerAsync(200, wire.StreamContentType, "")) { InCompletes = false },
        new("a cut before the head", "upstream_unavailable", static (call, _, _) =>
        {
            call.Cut();
            return Task.CompletedTask;
        }),
        new("a cut after the head", "stream_truncated", static async (call, wire, stream) =>
        {
            await call.StartAsync(200, TypeOf(wire, stream));
            throw new CutException();
        }),
        new("less than the stated length", "stream_truncated", static (call, wire, _) =>
            SendShortAsync(call, "application/json", wire.Complete)) { InStreams = false },
        new("an end before any output", "stream_truncated", static (call, wire, _) => SendAsync(call, wire, wire.TextPiece)) { InCompletes = false },
        new("an error inside a 200", "upstream_unavailable", static (call, wire, stream) =>
            call.AnswerAsync(200, TypeOf(wire, stream), stream ? wire.StreamError(Message) : wire.Error(Message))) { ShowsMessage = true },
        new("an error with 500", "upstream_unavailable", static (call, wire, _) => call.AnswerAsync(500, "application/json", wire.Error(Message))) { ShowsMessage = true },
        new("no head in time", "upstream_timeout", static (call, _, _) => call.StallAsync()) { Provider = "late" },
        new("no output in time", "upstream_timeout", static async (call, wire, stream) =>
        {
            await (stream ? SendAsync(call, wire, wire.TextPiece) : call.StartAsync(200, "application/json"));
            await call.StallAsync();
        }) { Provider = "late" },
    ];

    /// <summary>The caller has had the first piece of text already.</summary>
    public static IReadOnlyList<Fault> AfterOutput { get; } =
    [
        AfterText("a cut", "stream_truncated", static (_, _) => throw new CutException()),
        AfterText("an end without a finish", "stream_truncated", static (_, _) => Task.CompletedTask),
        AfterText("a cut in the middle of a frame", "stream_truncated", static async (call, wire) =>
        {
            await call.SendAsync(wire.Pieces[wire.TextPiece + 1][..^12]);
            throw new CutException();
        }),
        AfterText("an end in the middle of a frame", "upstream_invalid", static (call, wire) => call.SendAsync(wire.Pieces[wire.TextPiece + 1][..^12])),
        AfterText("an end in the first letters of a frame", "upstream_invalid", static (call, wire) => call.SendAsync(wire.Pieces[wire.TextPiece + 1][..3]))
            with { EventStreamWord = "stream_truncated" },
        AfterText("a frame that is no JSON", "upstream_invalid", static (call, wire) => call.SendAsync(FrameOf(wire, "{\"a\":"))),
        AfterText("garbage", "upstream_invalid", static (call, _) => call.SendAsync(Garbage)) with { EventStreamWord = "stream_truncated" },
        AfterText("an error", "upstream_unavailable", static (call, wire) => call.SendAsync(wire.StreamError(Message))) with { ShowsMessage = true },
        AfterText("silence", "upstream_timeout", static (call, _) => call.StallAsync()) with { Provider = "idle" },
        new("less than the stated length", "stream_truncated", static (call, wire, _) =>
            SendShortAsync(call, wire.StreamContentType, string.Concat(wire.Pieces.Take(wire.TextPiece + 1)))) { InCompletes = false },
    ];

    public static Fault Of(string name, bool after) => (after ? AfterOutput : BeforeOutput).First(fault => fault.Name == name);

    /// <summary>Sends the first pieces of a good stream.</summary>
    public static async Task SendAsync(UpstreamCall call, Wire wire, int count)
    {
        await call.StartAsync(200, wire.StreamContentType);
        for (var i = 0; i < count; i++)
        {
            await call.SendAsync(wire.Pieces[i]);
        }
    }

    /// <summary>The whole good answer.</summary>
    public static Task AnswerAsync(UpstreamCall call, Wire wire, bool stream) =>
        stream ? SendAsync(call, wire, wire.Pieces.Count) : call.AnswerAsync(200, "application/json", wire.Complete);

    private static Fault AfterText(string name, string word, Func<UpstreamCall, Wire, Task> act) => new(name, word, async (call, wire, _) =>
    {
        await SendAsync(call, wire, wire.TextPiece + 1);
        await act(call, wire);
    }) { InCompletes = false };

    private static async Task SendShortAsync(UpstreamCall call, string contentType, string body)
    {
        var length = Encoding.UTF8.GetByteCount(body) + 100;
        await call.Header("Content-Length", length.ToString(CultureInfo.InvariantCulture)).StartAsync(200, contentType);
        await call.SendAsync(body);
        throw new CutException();
    }

    private static string TypeOf(Wire wire, bool stream) => stream ? wire.StreamContentType : "application/json";

    private static string FrameOf(Wire wire, string data) => wire.StreamContentType == "text/event-stream" ? $"data: {data}\n\n" : data + "\n";
}

/// <summary>
/// Thrown by a behaviour: what was sent arrives, and then the connection ends in the middle of the answer. (A reset, as by
/// <see cref="UpstreamCall.Cut"/>, may overtake what was sent.)
/// </summary>
internal sealed class CutException : Exception;
