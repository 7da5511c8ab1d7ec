using System.Text;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Versions;

namespace Signalbox.Tests.Versions;

public sealed class ModelVersionsTests
{
    [Fact]
    public void The_built_in_versions_are_there_and_the_banking_model_is_active()
    {
        var versions = new ModelVersions(new SignalboxConfig());

        Assert.Equal([BuiltInVersions.Custom, BuiltInVersions.Gemini, BuiltInVersions.Qlora, BuiltInVersions.HostedQlora], versions.Known.Select(static version => version.Name));
        Assert.Equal((BuiltInVersions.Custom, "local/banking"), (versions.Active.Name, versions.Active.Model));
        Assert.Equal(("local/banking", "banking-qlora"), (versions.Find("qlora")!.Model, versions.Find("qlora")!.Lora));
    }

    [Theory]
    [InlineData("{}", "vllm/banking-qlora")]
    [InlineData("""{ "sambanova": { "baseUrl": "http://127.0.0.1:1", "apiKey": "k" } }""", "sambanova/banking-qlora")]
    [InlineData("""{ "sambanova": { "baseUrl": "http://127.0.0.1:1", "apiKey": "k" }, "vllm": {} }""", "vllm/banking-qlora")]
    public void The_hosted_fine_tune_is_at_the_provider_that_is_configured(string providers, string model) =>
        Assert.Equal(model, new ModelVersions(Config($$"""{ "providers": {{providers}} }""")).Find(BuiltInVersions.HostedQlora)!.Model);

    [Fact]
    public void A_configured_version_takes_the_place_of_a_built_in_one_and_the_environment_names_the_first()
    {
        var config = Config("""{ "providers": { "vllm": {} }, "versions": { "qlora_finetuned_model_v1.0.0": { "model": "vllm/mine", "aliases": ["mine", "gemini"] } } }""", "mine");
        var versions = new ModelVersions(config);

        Assert.Equal(("vllm/mine", null), (versions.Active.Model, versions.Active.Lora));
        Assert.Equal(BuiltInVersions.Qlora, versions.Find("gemini")!.Name);
        Assert.Null(versions.Find("qlora"));
    }

    [Fact]
    public void An_environment_that_names_an_unknown_version_is_told_the_known_ones()
    {
        var result = ConfigLoader.Parse("{}"u8, new Dictionary<string, string> { ["LLM_MODEL_VERSION"] = "nobody" });

        var problem = Assert.Single(result.Problems, static problem => problem.Severity == ConfigSeverity.Error);
        Assert.Equal("LLM_MODEL_VERSION", problem.Path);
        Assert.Contains(BuiltInVersions.Gemini, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "a/b": { "model": "openai/x" } }""", "$.versions['a/b']")]
    [InlineData("""{ "a": { } }""", "$.versions.a.model")]
    [InlineData("""{ "a": { "model": "openai/x", "lora": "z" } }""", "$.versions.a.lora")]
    [InlineData("""{ "a": { "model": "openai/x", "aliases": ["b"] }, "b": { "model": "openai/x" } }""", "$.versions.a.aliases[0]")]
    [InlineData("""{ "a": { "model": "openai/x", "aliases": ["c"] }, "b": { "model": "openai/x", "aliases": ["c"] } }""", "$.versions.b.aliases[0]")]
    [InlineData("""{ "a": { "model": "openai/x", "aliases": ["b c"] } }""", "$.versions.a.aliases[0]")]
    [InlineData("""{ "a": { "model": "openai/x", "colour": 1 } }""", "$.versions.a.colour")]
    [InlineData("""{ "a": { "model": "nowhere/x" } }""", "$.versions.a.model")]
    [InlineData("""{ "a": { "model": "no-such-model" } }""", "$.versions.a.model")]
    [InlineData("""{ "a": { "model": "local/no-such-model" } }""", "$.versions.a.model")]
    [InlineData("""{ "a": { "model": "openai/" } }""", "$.versions.a.model")]
    [InlineData("""{ "a": { "model": "local/tiny", "lora": "none" } }""", "$.versions.a.lora")]
    [InlineData("""{ "a": { "model": "small", "lora": "none" } }""", "$.versions.a.lora")]
    [InlineData("""{ "a": { "model": "mine", "lora": "formal" } }""", "$.versions.a.lora")]
    public void A_version_that_cannot_be_is_an_error_at_its_place(string versions, string path)
    {
        var result = ConfigLoader.Parse(Encoding.UTF8.GetBytes($$"""
            { "providers": { "openai": { "apiKey": "k" } }, "local": { "models": { "tiny": { "file": "tiny.gguf", "adapters": { "formal": "formal.gguf" } } } },
              "models": { "mine": { "provider": "openai", "upstream": "mine" }, "small": { "provider": "local", "upstream": "tiny" } }, "versions": {{versions}} }
            """), new Dictionary<string, string>());

        Assert.Equal(path, Assert.Single(result.Problems, static problem => problem.Severity == ConfigSeverity.Error).Path);
    }

    [Theory]
    [InlineData("local/tiny", "formal")]
    [InlineData("small", "formal")]
    [InlineData("gpt-4o", null)]
    [InlineData("openai/anything", null)]
    [InlineData("auto", null)]
    public void A_version_of_what_a_request_could_name_is_accepted(string model, string? lora)
    {
        var versions = new ModelVersions(Config($$"""
            { "providers": { "openai": { "apiKey": "k" } }, "local": { "models": { "tiny": { "file": "tiny.gguf", "adapters": { "formal": "formal.gguf" } } } },
              "models": { "small": { "provider": "local", "upstream": "tiny" } }, "versions": { "a_v1": { "model": "{{model}}"{{(lora is null ? "" : $", \"lora\": \"{lora}\"")}} } } }
            """));

        Assert.Equal((model, lora), (versions.Find("a_v1")!.Model, versions.Find("a_v1")!.Lora));
    }

    [Fact]
    public async Task An_unknown_version_does_not_wait_for_a_switch_that_takes_its_time()
    {
        var versions = new ModelVersions(new SignalboxConfig());
        var answer = new TaskCompletionSource<GatewayError?>();
        var slow = versions.SwitchAsync("gemini", (_, _) => answer.Task, TestContext.Current.CancellationToken);

        var unknown = await versions.SwitchAsync("nobody", static (_, _) => Task.FromResult<GatewayError?>(null), TestContext.Current.CancellationToken);

        Assert.Equal(ErrorKind.NotFound, unknown.Error!.Kind);
        Assert.False(slow.IsCompleted);
        answer.SetResult(null);
        Assert.Null((await slow).Error);
    }

    [Fact]
    public void Registered_versions_go_first_stay_over_a_reload_and_are_made_once()
    {
        var versions = new ModelVersions(new SignalboxConfig());
        versions.Register(new ModelVersion("tried_v2", "local/tried") { Aliases = ["tried"] });
        var made = 0;
        Parallel.For(0, 50, _ => versions.GetOrAdd("made_v1", name =>
        {
            Interlocked.Increment(ref made);
            return new ModelVersion(name, "local/made");
        }));
        versions.Apply(Config("""{ "providers": { "vllm": {} }, "versions": { "tried_v2": { "model": "vllm/other" } } }"""));

        Assert.Equal(("local/tried", "local/tried", 1), (versions.Find("tried_v2")!.Model, versions.Find("tried")!.Model, made));
        Assert.Throws<ArgumentException>(() => versions.Register(new ModelVersion("other_v1", "local/x") { Aliases = ["tried"] }));
        Assert.Throws<ArgumentException>(() => versions.Register(new ModelVersion("no name", "local/x")));
        Assert.Throws<ArgumentException>(() => versions.GetOrAdd("asked", static _ => new ModelVersion("given", "local/x")));
    }

    [Fact]
    public async Task A_switch_is_made_once_its_probe_has_answered_and_not_otherwise()
    {
        var versions = new ModelVersions(new SignalboxConfig());
        var cancel = TestContext.Current.CancellationToken;

        var unknown = await versions.SwitchAsync("nobody", static (_, _) => throw new InvalidOperationException("nothing is to be probed"), cancel);
        var unhealthy = await versions.SwitchAsync("gemini", static (_, _) => Task.FromResult<GatewayError?>(new GatewayError(ErrorKind.Authentication, "no key")), cancel);
        Assert.Equal((404, 409, BuiltInVersions.Custom), (unknown.Error!.Status, unhealthy.Error!.Status, versions.Active.Name));
        foreach (var (kind, word) in ((ErrorKind, string)[])[(ErrorKind.NotFound, "upstream_unavailable"), (ErrorKind.Authentication, "upstream_unavailable"), (ErrorKind.UpstreamTimeout, "upstream_timeout")])
        {
            var refused = await versions.SwitchAsync("gemini", (_, _) => Task.FromResult<GatewayError?>(new GatewayError(kind, "no")), cancel);
            Assert.Equal((409, word), (refused.Error!.Status, refused.Error.Word));
        }

        var made = await versions.SwitchAsync("gemini", (version, _) =>
        {
            Assert.Equal((BuiltInVersions.Gemini, BuiltInVersions.Custom), (version.Name, versions.Active.Name));
            return Task.FromResult<GatewayError?>(null);
        }, cancel);
        Assert.Equal((BuiltInVersions.Gemini, BuiltInVersions.Custom, null), (versions.Active.Name, made.Previous.Name, made.Error));
    }

    [Fact]
    public async Task Switches_wait_for_each_other_in_the_order_in_which_they_were_asked_for()
    {
        var versions = new ModelVersions(new SignalboxConfig());
        var cancel = TestContext.Current.CancellationToken;
        var healthy = new TaskCompletionSource<GatewayError?>();

        var first = versions.SwitchAsync("gemini", (_, _) => healthy.Task, cancel);
        var second = versions.SwitchAsync("qlora", static (_, _) => Task.FromResult<GatewayError?>(null), cancel);
        Assert.False(second.IsCompleted);
        healthy.SetResult(null);

        Assert.Equal(BuiltInVersions.Custom, (await first).Previous.Name);
        Assert.Equal(BuiltInVersions.Gemini, (await second).Previous.Name);
        Assert.Equal(BuiltInVersions.Qlora, versions.Active.Name);
    }

    private static SignalboxConfig Config(string json, string? version = null)
    {
        var environment = new Dictionary<string, string>();
        if (version is not null)
        {
            environment["LLM_MODEL_VERSION"] = version;
        }

        var result = ConfigLoader.Parse(Encoding.UTF8.GetBytes(json), environment);
        return result.Config ?? throw new InvalidOperationException(string.Join('\n', result.Problems));
    }
}
