using System.Text;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Dialects.Ollama;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Dialects.Sse;
using Signalbox.Tests.Dialects.Fields;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Pairs;

/// <summary>However the bytes of a stream arrive and however its lines end, it says the same.</summary>
public sealed class StreamSplitTests
{
    private const int Seed = 20261121;

    private static readonly Dictionary<string, IDialect> ByApi = new()
    {
        ["chat"] = DialectSet.Find("openai-chat")!,
        ["completions"] = LegacyCompletionsDialect.Instance,
        ["responses"] = DialectSet.Find("openai-responses")!,
        ["messages"] = DialectSet.Find("anthropic-messages")!,
        ["rawPredict"] = DialectSet.Find("anthropic-messages")!,
        ["streamGenerateContent"] = GeminiDialect.Sse,
        ["ollama_chat"] = DialectSet.Find("ollama")!,
        ["ollama_generate"] = OllamaGenerateDialect.Instance,
    };

    public static TheoryData<string> Names => [.. DialectSet.All.Select(dialect => dialect.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_stream_split_at_every_byte_and_at_random_says_the_same(string name)
    {
        var dialect = DialectSet.Find(name)!;
        foreach (var (form, bytes) in Forms(dialect))
        {
            var whole = Streams.Collect(dialect, bytes);
            Assert.True(whole is { IsFinished: true, Error: null, Text: "Grüße, 日本 é𝄞\n\"ok\"" }, $"{form}: {whole}");
            var call = Assert.Single(whole.Calls);
            Assert.Equal("weather", call.Name);
            StreamChecks.SameJson("""{"city":"Zürich 𝄞"}""", call.Arguments);
            Assert.Equal((12, 7), (whole.Usage!.InputTokenCount, whole.Usage.OutputTokenCount));
            Holds(dialect, dialect.Framing, bytes, randomCuts: 50);
        }
    }

    [Fact]
    public void A_json_array_split_at_every_byte_and_at_random_says_the_same()
    {
        var events = Fixture("gemini").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line["data: ".Length..]);
        foreach (var separator in (string[])[",", ",\r\n", " ,\n\n "])
        {
            var bytes = Encoding.UTF8.GetBytes($"[{string.Join(separator, events)}\n]");
            var whole = Streams.Collect(GeminiDialect.Array, bytes);
            Assert.True(whole is { IsFinished: true, Text: "Grüße, 日本 é𝄞\n\"ok\"", Calls.Count: 1 }, whole.ToString());
            Holds(GeminiDialect.Array, StreamFraming.JsonArray, bytes, randomCuts: 50);
        }
    }

    [Fact]
    public void Every_recorded_stream_split_at_every_byte_and_at_random_says_the_same() =>
        StreamChecks.ForEach(
            Recordings.Of([.. ByApi.Keys], answersOnly: true).Where(recording => recording.Streaming && recording.Status < 400),
            recording =>
            {
                var dialect = ByApi[recording.Api];
                var isArray = dialect.Name == "gemini" && recording.Answer.AsSpan().TrimStart("\r\n "u8) is [(byte)'[', ..];
                Holds(dialect, isArray ? StreamFraming.JsonArray : dialect.Framing, recording.Answer, randomCuts: 3);
            });

    private static void Holds(IDialect dialect, StreamFraming framing, byte[] bytes, int randomCuts)
    {
        var whole = Streams.Collect(dialect, bytes, framing: framing);
        StreamChecks.Same(whole, Streams.Collect(dialect, bytes, pieceSize: 1, framing));
        var random = new Random(Seed);
        for (var i = 0; i < randomCuts; i++)
        {
            var most = random.Next(2, 200);
            StreamChecks.Same(whole, Collect(dialect, framing, bytes, () => random.Next(1, most)));
        }
    }

    private static Collected Collect(IDialect dialect, StreamFraming framing, byte[] bytes, Func<int> nextPiece)
    {
        var (scanner, reader) = (new FrameScanner(framing), dialect.CreateStreamReader());
        var updates = new List<Microsoft.Extensions.AI.ChatResponseUpdate>();
        for (int start = 0, arrived = 0; arrived < bytes.Length;)
        {
            arrived = Math.Min(bytes.Length, arrived + nextPiece());
            // A fresh copy each time: nothing may be kept of bytes that have moved.
            while (reader.Error is null && scanner.TryNext(bytes[start..arrived], arrived == bytes.Length, out var frame))
            {
                if (!frame.Data.IsEmpty)
                {
                    reader.Read(frame.EventName, frame.Data, updates);
                }

                start += frame.Raw.Length;
            }
        }

        reader.End(updates);
        return Streams.Summarise(updates, reader);
    }

    /// <summary>The same stream in all the forms that its framing allows.</summary>
    private static IEnumerable<(string Form, byte[] Bytes)> Forms(IDialect dialect)
    {
        var stream = Fixture(dialect.Name);
        var forms = new List<(string Form, string Text)>
        {
            ("LF", stream),
            ("CRLF", stream.Replace("\n", "\r\n", StringComparison.Ordinal)),
        };
        if (dialect.Framing == StreamFraming.Sse)
        {
            forms.Add(("CR", stream.Replace('\n', '\r')));
            forms.Add(("no space", stream.Replace("data: ", "data:", StringComparison.Ordinal).Replace("event: ", "event:", StringComparison.Ordinal)));
            forms.Add(("comments", ": welcome\n\n" + stream.Replace("data: ", ": keep-alive\nid: 1\nretry: 5\ndata: ", StringComparison.Ordinal)));
            forms.Add(("several lines", stream.Replace("data: {", "data: {\ndata:\ndata: ", StringComparison.Ordinal)));
            forms.Add(("several lines, CRLF", stream.Replace("data: {", "data: {\ndata: ", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)));
        }
        else
        {
            forms.Add(("blank lines", stream.Replace("\n", "\n\n", StringComparison.Ordinal)));
            forms.Add(("no last line end", stream.TrimEnd('\n')));
        }

        return forms.Select(form => (form.Form, Encoding.UTF8.GetBytes(form.Text)));
    }

    private static string Fixture(string dialect) =>
        File.ReadAllText(LedgerFiles.PathInRepository("tests", "Signalbox.Tests", "Dialects", "Pairs", "Streams", dialect + ".stream"));
}
