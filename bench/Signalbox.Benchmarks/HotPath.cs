using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Dialects.Anthropic;
using Signalbox.Dialects.Json;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Reading;
using Signalbox.Routing.Learning;
using Signalbox.Sensitivity;

namespace Signalbox.Benchmarks;

/// <summary>The pieces of the hot path, each run many times on one thread; what a run allocates does not depend on the machine.</summary>
internal static class HotPath
{
    private const int WarmUp = 2_000;
    private const int Runs = 5_000;

    private static readonly byte[] Request = Encoding.UTF8.GetBytes(
        """{"model":"up/bench-model","messages":[{"role":"system","content":"You are the signalman of a small station."},{"role":"user","content":"Which train leaves next, and from which platform?"}],"temperature":0.5,"max_tokens":200,"stream":true}""");

    private static readonly byte[] Chunk = Encoding.UTF8.GetBytes(
        """{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"bench-model","choices":[{"index":0,"delta":{"content":" platform"},"logprobs":null,"finish_reason":null}]}""");

    public static IEnumerable<(string Name, long Bytes)> Measure()
    {
        yield return ("relayed chunk", RelayedChunk());
        yield return ("translated chunk (openai-chat to anthropic)", TranslatedChunk());
        yield return ("request read", ReadRequest());
        yield return ("request edited for a relay", EditRequest());
        yield return ("request translated (openai-chat to anthropic)", TranslateRequest());
        yield return ("plan for 50 candidates", PerRun(PlanPath.Once()));
        yield return ("difficulty predicted", PredictDifficulty());
        yield return ("request inspected, nothing sensitive in it", InspectRequest());
    }

    private static long RelayedChunk()
    {
        var tap = new OpenAiChatTap(hideUsage: true);
        return PerRun(() => tap.Observe(default, Chunk));
    }

    private static long TranslatedChunk()
    {
        var reader = OpenAiChatDialect.Instance.CreateStreamReader();
        var writer = AnthropicDialect.Instance.CreateStreamWriter(Answer());
        var updates = new List<ChatResponseUpdate>();
        var output = new ArrayBufferWriter<byte>(4096);
        return PerRun(() =>
        {
            reader.Read(default, Chunk, updates);
            foreach (var update in updates)
            {
                writer.Write(update, output);
            }

            updates.Clear();
            output.ResetWrittenCount();
        });
    }

    private static long ReadRequest() => PerRun(static () =>
    {
        using var document = RequestBody.Parse(Request, out _);
        OpenAiChatDialect.Instance.ReadRequest(new InboundRequest(document!.RootElement), new ReadProblems());
    });

    private static long EditRequest()
    {
        var document = RequestBody.Parse(Request, out _)!;
        return PerRun(() =>
        {
            using var output = new PooledBuffer();
            var editor = new BodyEditor(Request, document.RootElement);
            editor.Set("model", JsonText.Quote("bench-model"));
            editor.Remove("signalbox");
            editor.WriteTo(output);
        });
    }

    private static long TranslateRequest()
    {
        var request = ReadOnce();
        return PerRun(() =>
        {
            using var output = new PooledBuffer();
            using var json = new Utf8JsonWriter(output, JsonText.Compact);
            AnthropicDialect.Instance.WriteRequest(new OutboundRequest
            {
                Request = request,
                Upstream = "bench-model",
                Capabilities = ModelCapabilities.Conservative,
                Losses = new LossReport(),
            }, json);
        });
    }

    private static long PredictDifficulty()
    {
        const string Prompt = "A train leaves at 9:40 and travels 126 km at 84 km/h. Another leaves the other end 15 minutes later. When do they meet?";
        var predictor = DifficultyPredictor.Default;
        return PerRun(() => predictor.Predict(Prompt));
    }

    private static long InspectRequest()
    {
        var detector = new SensitivityDetector(new SensitivityConfig());
        var request = ReadOnce();
        return PerRun(() => detector.Inspect(request));
    }

    private static DialectRequest ReadOnce() =>
        OpenAiChatDialect.Instance.ReadRequest(new InboundRequest(RequestBody.Parse(Request, out _)!.RootElement), new ReadProblems())!;

    private static AnswerContext Answer() => new()
    {
        RequestId = "bench",
        Model = "bench-model",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Request = ReadOnce(),
    };

    private static long PerRun(Action run)
    {
        for (var i = 0; i < WarmUp; i++)
        {
            run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Runs; i++)
        {
            run();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Runs;
    }
}
