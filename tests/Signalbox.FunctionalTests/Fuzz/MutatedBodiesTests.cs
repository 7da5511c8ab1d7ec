using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Fuzz;

/// <summary>Whatever a caller sends: an answer, or a refusal that names the field; never a defect, never a hang. Alone: it weighs the process's memory.</summary>
[CollectionDefinition(nameof(MutatedBodiesTests), DisableParallelization = true)]
[Collection(nameof(MutatedBodiesTests))]
public class MutatedBodiesTests
{
    private const int Mutations = 10_000;
    private const int OverHttp = 300;
    private const long MemoryAllowance = 64 * 1024 * 1024;

    [Fact]
    public async Task No_mutation_of_a_valid_body_brings_the_pipeline_to_an_exception_a_5xx_or_a_hang()
    {
        await using var bench = await FuzzBench.StartAsync();
        foreach (var (dialect, bodies) in ValidBodies.ByDialect)
        {
            Assert.All(bodies, body => Assert.Null(bench.Complaint(dialect, dialect, Encoding.UTF8.GetBytes(body))));
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var complaints = new List<string>();
        var reached = 0;
        await Task.Run(() =>
        {
            foreach (var mutated in MutatedBody.Samples(Mutations))
            {
                var body = mutated.Bytes;
                var asked = bench.Asked;
                string?[] heard = [bench.Complaint(mutated.Dialect, mutated.Dialect, body), bench.Complaint(mutated.Dialect, mutated.Target, body)];
                complaints.AddRange(heard.Where(static complaint => complaint is not null).Select(complaint => $"{complaint}\n    {mutated}"));
                reached += bench.Asked > asked ? 1 : 0;
            }
        }, TestContext.Current.CancellationToken);

        AssertNone(complaints);
        // Worth something only while it reaches both sides.
        Assert.InRange(reached, Mutations / 10, Mutations * 9 / 10);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryAllowance);
    }

    [Fact]
    public async Task Any_value_of_a_valid_body_may_be_replaced_by_any_odd_one()
    {
        await using var bench = await FuzzBench.StartAsync();
        var complaints = new List<string>();
        await Task.Run(() =>
        {
            foreach (var (dialect, source) in ValidBodies.ByDialect.SelectMany(static pair => pair.Value.Select(source => (pair.Key, source))))
            {
                foreach (var edit in BodyEdit.Replacements(Encoding.UTF8.GetBytes(source)))
                {
                    // Over the places each value meets each target.
                    var mutated = new MutatedBody(dialect, Wire.All[(edit.Place + edit.Choice) % Wire.All.Count].Dialect, source, [edit]);
                    if (bench.Complaint(dialect, mutated.Target, mutated.Bytes) is { } complaint)
                    {
                        complaints.Add($"{complaint}\n    {mutated}");
                    }
                }
            }
        }, TestContext.Current.CancellationToken);

        AssertNone(complaints);
    }

    [Fact]
    public async Task Mutated_bodies_over_HTTP_are_answered_or_refused_in_the_shape_of_the_callers_dialect()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        foreach (var wire in Wire.All)
        {
            upstream.On(wire.Dialect, call => FuzzBench.AnswerAsync(wire, call));
        }

        await using var gateway = await GatewayHarness.StartAsync(FuzzBench.Config(upstream, "openai-chat"));
        foreach (var mutated in MutatedBody.Samples(OverHttp))
        {
            var wire = Wire.Of(mutated.Dialect);
            var answer = await gateway.AskAsync(wire.Path("m", stream: false), mutated.Bytes);

            Assert.False(answer.Broke, mutated.ToString());
            Assert.True(answer.Status is 200 or (>= 400 and < 500), $"{answer.Status}: {answer.Text}\n{mutated}");
            Assert.True(answer.Status == 200 || wire.ErrorMessage(answer).Length > 0, mutated.ToString());
            Assert.Equal(answer.Status != 200, answer.ErrorWord is not null);
        }
    }

    [Fact]
    public async Task Mutated_bodies_of_the_routes_beside_chat_are_answered_or_refused_too()
    {
        (string Path, string Dialect, string Body)[] routes =
        [
            ("/v1/completions", "openai-chat", """{"model":"m","prompt":["Hi"],"max_tokens":5,"stop":"END","logprobs":1,"echo":false,"suffix":""}"""),
            ("/v1/embeddings", "openai-chat", """{"model":"m","input":["a",[1,2]],"encoding_format":"base64","dimensions":2,"user":"u"}"""),
            ("/v1/embeddings", "openai-chat", """{"model":"m","input":"a","encoding_format":"float"}"""),
            ("/v1/messages/count_tokens", "anthropic-messages", """{"model":"m","system":"s","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"tools":[]}"""),
            ("/v1beta/models/m:countTokens", "gemini", """{"contents":[{"parts":[{"text":"Hi"}]}],"generateContentRequest":{"model":"m","contents":[]}}"""),
            ("/v1beta/models/m:embedContent", "gemini", """{"content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":2}"""),
            ("/v1beta/models/m:batchEmbedContents", "gemini", """{"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]}}]}"""),
            ("/api/generate", "ollama", """{"model":"m","prompt":"Hi","system":"s","stream":false,"images":["AAAA"],"format":"json","options":{"seed":1},"context":[1]}"""),
            ("/api/embed", "ollama", """{"model":"m","input":["a"],"truncate":true,"dimensions":2,"options":{}}"""),
            ("/api/show", "ollama", """{"model":"m","verbose":true}"""),
        ];
        await using var upstream = await FakeUpstream.StartAsync(static call => call.Path switch
        {
            "/embeddings" => call.AnswerAsync(200, "application/json", """{"data":[{"index":0,"embedding":[0.5]}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}"""),
            "/completions" => call.AnswerAsync(200, "application/json", """{"id":"x","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":"Hello","finish_reason":"stop"}]}"""),
            _ => FuzzBench.AnswerAsync(Wire.Of("openai-chat"), call),
        });
        await using var gateway = await GatewayHarness.StartAsync(FuzzBench.Config(upstream, "openai-chat"));
        var answered = 0;
        foreach (var mutated in MutatedBody.Samples(OverHttp))
        {
            foreach (var (path, dialect, body) in routes)
            {
                var changed = mutated with { Dialect = dialect, Source = body };
                var answer = await gateway.AskAsync(path, changed.Bytes);

                Assert.False(answer.Broke, $"{path} {changed}");
                Assert.True(answer.Status is 200 or (>= 400 and < 500), $"{path} {answer.Status}: {answer.Text}\n{changed}");
                Assert.True(answer.Status == 200 || Wire.Of(dialect).ErrorMessage(answer).Length > 0, $"{path} {changed}");
                answered += answer.Status == 200 ? 1 : 0;
            }
        }

        Assert.InRange(answered, OverHttp, OverHttp * (routes.Length - 1));
    }

    private static void AssertNone(List<string> complaints) => Assert.True(
        complaints.Count == 0, $"{complaints.Count} complaints:\n{string.Join('\n', complaints.DistinctBy(static text => text[..Math.Min(120, text.Length)]).Take(30))}");
}
