using Signalbox.Configuration;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Configuration;

public sealed class ConfigLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_in_the_working_folder_is_the_default()
    {
        var file = _folder.Write("signalbox.json", """{ "providers": { "vllm": {} } }""");

        var result = Load(null, ("OPENAI_API_KEY", "k"));

        Assert.Equal(file, result.Path);
        Assert.Equal(["vllm"], result.Config!.Providers.Keys);
        Assert.False(result.Config.Discovered);
    }

    [Fact]
    public void A_named_file_is_read_and_not_the_default_one()
    {
        _folder.Write("signalbox.json", """{ "providers": { "vllm": {} } }""");
        _folder.Write("other.json", """{ "providers": { "ollama": {} } }""");

        Assert.Equal(["ollama"], Load("other.json").Config!.Providers.Keys);
        Assert.Equal(["ollama"], ConfigLoader.Load(Path.Combine(_folder.Path, "other.json"), Given.Nothing).Config!.Providers.Keys);
    }

    [Fact]
    public void A_named_file_that_is_not_there_is_an_error_and_nothing_is_discovered_instead()
    {
        var result = Load("missing.json", ("OPENAI_API_KEY", "k"));

        Assert.Null(result.Config);
        Assert.Equal($"{Path.Combine(_folder.Path, "missing.json")}: there is no such file", Assert.Single(Given.ErrorsOf(result)));
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_an_error() =>
        Assert.EndsWith("is a folder; name the file in it", Assert.Single(Given.ErrorsOf(Load("."))), StringComparison.Ordinal);

    [Fact]
    public void A_dot_env_file_beside_the_config_fills_it_and_the_environment_wins()
    {
        _folder.Write(".env", "# keys\nFROM_FILE=file-1\nBOTH=file-2\nexport QUOTED=\"a b\" # note\n");
        _folder.Write("signalbox.json", """{ "providers": { "ollama": { "apiKey": "${FROM_FILE}", "headers": { "x-b": "${BOTH}", "x-q": "${QUOTED}" } } } }""");

        var provider = Load(null, ("BOTH", "environment-2")).Config!.Providers["ollama"];

        Assert.Equal("file-1", provider.ApiKey);
        Assert.Equal("environment-2", provider.Headers["x-b"]);
        Assert.Equal("a b", provider.Headers["x-q"]);
    }

    [Fact]
    public void A_variable_that_is_set_to_nothing_in_the_environment_still_wins()
    {
        _folder.Write(".env", "OPENAI_API_KEY=from-file");

        Assert.Empty(Load(null, ("OPENAI_API_KEY", "")).Config!.Providers);
    }

    [Fact]
    public void The_dot_env_file_is_the_one_beside_the_config_and_not_of_the_working_folder()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "there"));
        _folder.Write(".env", "KEY=here");
        _folder.Write("there/.env", "KEY=there");
        _folder.Write("there/box.json", """{ "providers": { "ollama": { "apiKey": "${KEY}" } } }""");

        Assert.Equal("there", Load("there/box.json").Config!.Providers["ollama"].ApiKey);
    }

    [Fact]
    public void Without_a_config_the_dot_env_file_of_the_working_folder_counts()
    {
        _folder.Write(".env", "GROQ_API_KEY=k");

        Assert.Equal(["groq"], Load(null).Config!.Providers.Keys);
    }

    [Fact]
    public void Reading_a_dot_env_file_leaves_the_environment_of_the_process_alone()
    {
        _folder.Write(".env", "SIGNALBOX_TEST_ONLY=1");

        Load(null);

        Assert.Null(Environment.GetEnvironmentVariable("SIGNALBOX_TEST_ONLY"));
    }

    [Theory]
    [InlineData("OPENAI_API_KEY=pa$$w$ord${x}", "pa$$w$ord${x}")]
    [InlineData("OPENAI_API_KEY='$HOME'", "$HOME")]
    [InlineData("OPENAI_API_KEY=\"$HOME\"", "$HOME")]
    [InlineData("\uFEFFOPENAI_API_KEY=k\r\n", "k")]
    [InlineData("OPENAI_API_KEY=first\nOPENAI_API_KEY=second", "second")]
    public void A_dollar_sign_in_a_dot_env_file_is_only_a_dollar_sign(string content, string expected)
    {
        _folder.Write(".env", content);

        Assert.Equal(expected, Load(null).Config!.Providers["openai"].ApiKey);
    }

    [Fact]
    public void A_reference_in_a_dot_env_file_is_pointed_out_because_it_is_not_filled()
    {
        _folder.Write(".env", "OPENAI_API_KEY=${OTHER}");

        Assert.StartsWith(".env: OPENAI_API_KEY holds a reference", Assert.Single(Given.WarningsOf(Load(null))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_dot_env_file_names_the_line_and_keeps_its_secrets()
    {
        _folder.Write(".env", "A=1\nOPENAI_API_KEY=very-secret\nthis is very-secret too\n");

        var result = Load(null);

        Assert.Null(result.Config);
        var error = Assert.Single(result.Problems);
        Assert.Equal(".env", error.Path);
        Assert.StartsWith("line 3, ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_process_environment_is_there_for_the_taking() =>
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), ConfigLoader.ProcessEnvironment()["PATH"]);

    private ConfigResult Load(string? path, params (string Name, string Value)[] environment) =>
        ConfigLoader.Load(ConfigSource.Read(path, _folder.Path), Given.Environment(environment));
}
