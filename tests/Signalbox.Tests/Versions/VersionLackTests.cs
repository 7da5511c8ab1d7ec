using System.Text;
using System.Text.Json;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Tests.Support;
using Signalbox.Versions;

namespace Signalbox.Tests.Versions;

/// <summary>What is missing is told with the name of the variable or file, before anybody asks.</summary>
public sealed class VersionLackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "providers": { "openai": { "apiKey": "k" } } }""", "gemini", "GEMINI_API_KEY")]
    [InlineData("""{ "providers": { "gemini": { "apiKey": "${NO_SUCH_VARIABLE:-}" } } }""", "gemini", "GEMINI_API_KEY")]
    [InlineData("""{ "providers": { "openai": { "apiKey": "k" } } }""", "qlora-vllm", "VLLM_BASE_URL")]
    [InlineData("""{ "local": { "folder": "FOLDER" } }""", "qlora", "banking-qlora")]
    [InlineData("""{ "local": { "folder": "FOLDER" } }""", "qlora", "local.models.banking.adapters")]
    [InlineData("""{ "local": { "folder": "FOLDER", "models": { "banking": { "adapters": { "banking-qlora": "gone.gguf" } } } } }""", "qlora", "gone.gguf")]
    [InlineData("""{ "local": { "models": { "banking": { "file": "FOLDER/gone.gguf" } } } }""", "custom", "gone.gguf")]
    [InlineData("""{ "local": { "folder": "FOLDER/none" } }""", "custom", "banking.gguf")]
    public void A_version_that_cannot_answer_names_the_file_or_variable_at_the_start_and_later(string json, string name, string named)
    {
        var result = Load(json, name);
        var warning = Assert.Single(result.Problems, static problem => problem.Path == "LLM_MODEL_VERSION");
        using var runtime = new GatewayRuntime(result.Config!, TimeProvider.System);

        Assert.Equal(ConfigSeverity.Warning, warning.Severity);
        Assert.Contains(named, warning.Message, StringComparison.Ordinal);
        Assert.Contains(named, VersionLack.Of(runtime.Snapshot, runtime.Versions.Active), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_model_is_named()
    {
        _folder.Write("other.gguf", "no model");
        var result = Load("""{ "local": { "folder": "FOLDER" }, "versions": { "other_v1": { "model": "local/other" } } }""", "other_v1");
        using var runtime = new GatewayRuntime(result.Config!, TimeProvider.System);

        Assert.Contains("other.gguf", VersionLack.Of(runtime.Snapshot, runtime.Versions.Active), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "providers": { "gemini": { "apiKey": "k" } } }""", "gemini")]
    [InlineData("""{ "providers": { "gemini": { "baseUrl": "http://127.0.0.1:1" } } }""", "gemini")]
    [InlineData("""{ "providers": { "vllm": {} } }""", "qlora-vllm")]
    [InlineData("""{ "local": { "folder": "FOLDER" } }""", "custom")]
    [InlineData("""{ "local": { "folder": "FOLDER", "models": { "banking": { "adapters": { "banking-qlora": "FOLDER/banking.gguf" } } } } }""", "qlora")]
    [InlineData("""{ "local": { "folder": "FOLDER" }, "routes": { "desk": { "models": ["local/banking"] } }, "versions": { "desk_v1": { "model": "desk" } } }""", "desk_v1")]
    [InlineData("""{ "providers": { "openai": { "apiKey": "k" } }, "versions": { "bare_v1": { "model": "gpt-4o" } } }""", "bare_v1")]
    public void A_version_with_all_that_it_needs_lacks_nothing(string json, string name)
    {
        var result = Load(json, name);
        using var runtime = new GatewayRuntime(result.Config!, TimeProvider.System);

        Assert.DoesNotContain(result.Problems, static problem => problem.Path == "LLM_MODEL_VERSION");
        Assert.Null(VersionLack.Of(runtime.Snapshot, runtime.Versions.Active));
    }

    [Fact]
    public void What_is_missing_is_no_fault_of_the_request()
    {
        var error = VersionLack.Error(new ModelVersion("a_v1", "local/a"), "there is no local model 'a'.");

        Assert.Equal((503, ErrorKind.UpstreamUnavailable, null), (error.Status, error.Kind, error.Field));
        Assert.Contains("a_v1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_a_version_by_its_own_name_before_a_model_and_that_before_an_alias()
    {
        var result = Load("""
            { "providers": { "openai": { "apiKey": "k" } }, "models": { "custom": { "provider": "openai", "upstream": "gpt-4o" }, "both_v1": { "provider": "openai", "upstream": "gpt-4o" } },
              "versions": { "both_v1": { "model": "openai/other" } } }
            """, "custom");
        using var runtime = new GatewayRuntime(result.Config!, TimeProvider.System);

        Assert.Equal("openai/other", runtime.Named("both_v1")!.Model);
        Assert.Equal("custom", runtime.Named("custom")!.Model);
        Assert.Equal("gemini/gemini-2.0-flash", runtime.Named("gemini")!.Model);
        Assert.Equal("auto", runtime.Named("auto")!.Model);
        Assert.Null(runtime.Named("nobody"));
    }

    private ConfigResult Load(string json, string version)
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "banking.gguf"), Path.Combine(Repository.Root, "models", "banking", "banking.gguf"));
        var environment = new Dictionary<string, string> { ["LLM_MODEL_VERSION"] = version };
        return ConfigLoader.Parse(Encoding.UTF8.GetBytes(json.Replace("FOLDER", JsonEncodedText.Encode(_folder.Path).ToString(), StringComparison.Ordinal)), environment);
    }
}
