using System.Text.Json;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.Plain;

/// <summary>Versions without their key or adapter, and versions at the command line.</summary>
public sealed class LackingVersionTests
{
    private const string Question = "What are ATM fees?";

    /// <summary>The model and the adapter of the repository, as a configuration names them.</summary>
    private static readonly string Banking = $$"""
        "local": { "models": { "banking": { "file": {{PlainBench.Quote(FileOf("banking"))}}, "adapters": { "banking-qlora": {{PlainBench.Quote(FileOf("banking-qlora"))}} } } } }
        """;

    [Theory]
    [InlineData("qlora_v0", "local/banking", "absent", "absent")]
    [InlineData("gemini_v0", "gemini/gemini-2.0-flash", null, "GEMINI_API_KEY")]
    public async Task Callers_are_told_that_it_is_the_operators_matter_and_what_is_missing(string name, string model, string? lora, string named)
    {
        await using var bench = await PlainBench.StartAsync();
        var versions = bench.Gateway.Runtime.Versions;
        versions.Register(new(name, model) { Lora = lora });
        await versions.SwitchAsync(name, static (_, _) => Task.FromResult<Dialects.GatewayError?>(null), Patience.Token);

        foreach (var answer in (CallerAnswer[])[await bench.ChatAsync("hi"), await bench.CompleteAsync(), await bench.CompleteAsync(path: "/api/v1/chat/completions/stream")])
        {
            Assert.Equal((503, "upstream_unavailable", "application/json"), (answer.Status, answer.ErrorWord, answer.ContentType));
            Assert.Equal(name, answer.Headers["x-signalbox-model-version"]);
            Assert.Contains(named, answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(name, bench.Gateway.Runtime.Decisions.Find(answer.Headers["x-signalbox-request-id"])!.ModelVersion);
        }

        var health = await bench.Gateway.GetAsync("/health");
        Assert.Equal((200, "degraded"), (health.Status, health.Json.GetProperty("status").GetString()));
        Assert.Contains(named, health.Json.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Equal(400, (await bench.ChatAsync("")).Status);
    }

    [Theory]
    [InlineData("qlora_finetuned_model_v1.0.0", "banking-qlora")]
    [InlineData("gemini_2.0_flash_v1.0.0", "GEMINI_API_KEY")]
    public async Task The_start_says_what_is_missing(string version, string named)
    {
        using var server = ServerProcess.Start(["serve", "--urls", "http://127.0.0.1:0"], $$"""{ "local": { "models": { "banking": { "file": {{PlainBench.Quote(FileOf("banking"))}} } } } }""", ("LLM_MODEL_VERSION", version));
        await server.ListeningAsync();
        server.Stop();

        var (code, _, errors) = await server.EndAsync();

        Assert.Equal(0, code);
        Assert.Contains("warning LLM_MODEL_VERSION: ", errors, StringComparison.Ordinal);
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_asks_the_version_that_is_named_or_active_with_its_adapter()
    {
        var config = $"{{ {Banking} }}";
        var plain = await AskAsync(config, null, "--model", "local/banking");
        var custom = await AskAsync(config, null, "--model", "custom_model_built_0.0.0");
        var tuned = await AskAsync(config, null, "--model", "qlora");
        var active = await AskAsync(config, "qlora_finetuned_model_v1.0.0");
        var overruled = await AskAsync(config, "qlora_finetuned_model_v1.0.0", "--model", "custom");

        Assert.Equal(plain, custom);
        Assert.NotEqual(custom, tuned);
        Assert.Equal(tuned, active);
        Assert.Equal(custom, overruled);
    }

    [Theory]
    [InlineData("nobody_v1", null, "custom_model_built_0.0.0")]
    [InlineData(null, "custom_model_built_0.0.1", "custom_model_built_0.0.0")]
    [InlineData("gemini", null, "GEMINI_API_KEY")]
    public async Task Chat_with_a_version_that_is_not_there_ends_with_2_and_says_what_is(string? variable, string? model, string said)
    {
        string[] words = model is null ? ["chat", Question] : ["chat", "--model", model, Question];
        var (code, output, errors) = await ServerProcess.RunAsync(words, $"{{ {Banking} }}", variable is null ? [] : [("LLM_MODEL_VERSION", variable)]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("error", errors, StringComparison.Ordinal);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_is_refused_in_the_words_of_the_admin_routes()
    {
        await using var bench = await PlainBench.StartAsync();
        await bench.SwitchAsync("beta_v1");
        var id = (await bench.ChatAsync("hi")).Headers["x-signalbox-request-id"];

        foreach (var (path, body, status, field) in ((string, string, int, string?)[])[("/" + id, "", 400, "body"), ("/" + id, "[1]", 400, "body"), ("/" + id, "{\"score\":", 400, "score"), ("", "{}", 404, null), ("/", "{}", 404, null), ("/a/b", "{}", 404, null)])
        {
            var answer = await bench.Gateway.AskAsync("/admin/feedback" + path, body);
            var error = answer.Json.GetProperty("error");
            Assert.Equal((status, field), (answer.Status, error.GetProperty("field").GetString()));
            Assert.Equal(answer.ErrorWord, error.GetProperty("word").GetString());
        }
    }

    private static string FileOf(string name) => Path.Combine(Repository.Root, "models", "banking", name + ".gguf");

    private static async Task<string> AskAsync(string config, string? version, params string[] words)
    {
        var (code, output, errors) = await ServerProcess.RunAsync(["chat", .. words, "--json", Question], config, version is null ? [] : [("LLM_MODEL_VERSION", version)]);
        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        return json.RootElement.GetProperty("content").GetString()!;
    }
}
