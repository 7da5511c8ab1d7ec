using System.Text.Json;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Decisions;

/// <summary>Decisions in the terminal: <c>route explain</c> and <c>chat --explain</c>.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signalbox-tests-");

    private const string Config = """
        { "providers": { "north": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9" }, "house": { "dialect": "ollama", "baseUrl": "http://127.0.0.1:9", "locality": "local" } },
          "routes": { "desk": { "models": ["north/a-model-with-a-rather-long-name", "house/small"], "fallbacksFor": { "context_length": ["north/roomy"] } } } }
        """;

    private const string Tight = """
        { "providers": { "north": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9" } },
          "models": { "cheap": { "provider": "north", "upstream": "cheap", "price": { "input": 0.1, "output": 0.1 } }, "dear": { "provider": "north", "upstream": "dear", "price": { "input": 900, "output": 900 } } },
          "routes": { "desk": { "strategy": "cheapest", "models": ["dear", "cheap"], "maxCostUsd": 0.01 }, "none": { "models": ["dear"], "maxCostUsd": 0.01 } } }
        """;

    [Fact]
    public async Task A_dry_run_prints_a_table_that_names_every_candidate_and_what_becomes_of_it()
    {
        var (code, output, errors) = await ExplainAsync(Wire.Of("anthropic-messages").Request("desk", false), Config, "--dialect", "anthropic-messages");

        Assert.True(code == 0, errors);
        var lines = output.Split('\n');
        Assert.All((string[])["order", "model", "kept or removed", "cost", "quality", "latency", "score"], name => Assert.Contains(lines, line => line.Contains(name, StringComparison.Ordinal)));
        Assert.Contains(lines, static line => line.StartsWith("Request:", StringComparison.Ordinal) && line.Contains("tokens in", StringComparison.Ordinal) && line.Contains("sensitivity", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("Strategy: ordered: ", StringComparison.Ordinal));
        Assert.Contains(lines, static line => Cells(line) is ["1", "north/a-model-with-a-rather-long-name", "cloud", ..] && line.Contains(" kept ", StringComparison.Ordinal));
        Assert.Contains(lines, static line => Cells(line) is ["2", "house/small", "local", ..]);
        Assert.Contains("Would be tried: north/a-model-with-a-rather-long-name, then house/small.", lines);
        Assert.Contains("After context_length only: north/roomy.", lines);
    }

    [Fact]
    public async Task A_dry_run_prints_the_decision_record_as_JSON()
    {
        var (code, output, errors) = await ExplainAsync(Wire.Of("gemini").Request("ignored", false), Config, "--dialect", "gemini", "--model", "desk", "--json");

        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(("not_sent", "desk", "gemini", 3), (json.RootElement.Str("state"), json.RootElement.Str("route"), json.RootElement.Str("dialect"), json.RootElement.Items("candidates").Count()));
    }

    [Fact]
    public async Task What_was_removed_stands_behind_the_rest_with_its_reason()
    {
        var (code, output, errors) = await ExplainAsync(Wire.Of("openai-chat").Request("desk", false), Tight);

        Assert.True(code == 0, errors);
        var lines = output.Split('\n').ToList();
        var kept = lines.FindIndex(static line => Cells(line) is ["1", "north/cheap", "cloud", "kept", ['$', ..], ..]);
        var removed = lines.FindIndex(static line => Cells(line) is ["-", "north/dear", "cloud", "removed:", ..] && line.Contains("allowed are $0.01", StringComparison.Ordinal));
        Assert.True(0 <= kept && kept < removed, output);
        Assert.Contains("Would be tried: north/cheap.", lines);
    }

    [Fact]
    public async Task A_request_that_no_model_may_serve_is_explained_all_the_same()
    {
        var (code, output, _) = await ExplainAsync(Wire.Of("openai-chat").Request("none", false), Tight);

        Assert.Equal(0, code);
        Assert.Contains("It would be refused with no_candidate: ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"desk","messages":5}""", "messages must be an array")]
    [InlineData("""{"model":"dusk","messages":[{"role":"user","content":"x"}]}""", "Did you mean 'desk'?")]
    [InlineData("{", "is not valid JSON")]
    public async Task A_request_that_cannot_be_planned_ends_with_2_and_names_file_and_fault(string request, string said)
    {
        var (code, output, errors) = await ExplainAsync(request, Config);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("request.json: ", errors, StringComparison.Ordinal);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_begins_with_a_byte_order_mark_is_read()
    {
        var (code, output, errors) = await ExplainAsync("\uFEFF" + Wire.Of("openai-chat").Request("desk", false), Config);

        Assert.True(code == 0, errors);
        Assert.Contains("Would be tried: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_words_and_files_end_with_2()
    {
        foreach (var (words, said) in new (string[], string)[]
        {
            (["route", "explain", "--request", "no-such-file.json"], "no-such-file.json"),
            (["route", "explain", "--request", "-"], "standard input: The body is empty"),
            (["route", "explain"], "--request"),
            (["route", "explain", "--request", "-", "--dialect", "klingon"], "klingon"),
        })
        {
            var (code, _, errors) = await ServerProcess.RunAsync(words, Config);

            Assert.Equal(2, code);
            Assert.Contains(said, errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Chat_explains_the_decision_and_every_attempt_beside_its_answer()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.On("openai-chat", static call => call.AnswerAsync(401, "application/json", Wire.Of("openai-chat").Error("No such key.")));
        upstream.On("gemini", static call => Fuzz.FuzzBench.AnswerAsync(Wire.Of("gemini"), call));

        var (code, output, errors) = await ServerProcess.RunAsync(["chat", "--model", "desk", "--explain", "hello"], SampleBench.Config(upstream, DecisionBench.Routes));

        Assert.Equal((0, Wire.SampleText), (code, output.Trim()));
        var lines = errors.Split('\n');
        Assert.Contains(lines, static line => Cells(line) is ["1", "openai-chat/m", "first", ..] && line.Contains("failed: authentication. No such key.", StringComparison.Ordinal));
        Assert.Contains(lines, static line => Cells(line) is ["2", "gemini/m", "fallback", "served", ..]);
        Assert.Contains(lines, static line => line.StartsWith("Strategy: ordered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Chat_explains_an_answer_that_did_not_come()
    {
        var (code, _, errors) = await ServerProcess.RunAsync(["chat", "--model", "house/small", "--explain", "hello"], Config);

        Assert.Equal(1, code);
        Assert.Contains("failed: upstream_unavailable", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<(int Code, string Output, string Errors)> ExplainAsync(string request, string config, params string[] more)
    {
        var file = Path.Combine(_folder.FullName, "request.json");
        await File.WriteAllTextAsync(file, request, Patience.Token);
        return await ServerProcess.RunAsync(["route", "explain", "--request", file, .. more], config);
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
