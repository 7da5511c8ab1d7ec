using Signalbox.Configuration;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Configuration;

public sealed class ConfigReloaderTests : IDisposable
{
    private static readonly TimeSpan Settle = ConfigReloader.Settle;

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly List<ConfigResult> _results = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_changed_file_is_loaded_once_it_has_settled()
    {
        using var reloader = Watch("""{ "providers": { "ollama": {} } }""");

        Write("""{ "providers": { "vllm": {} } }""");
        reloader.OnFileEvent("signalbox.json");
        _clock.Advance(Settle - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_results);

        // A second step of the same save starts the wait again.
        reloader.OnFileEvent("signalbox.json");
        _clock.Advance(Settle - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_results);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["vllm"], Assert.Single(_results).Config!.Providers.Keys);
    }

    [Fact]
    public void An_invalid_file_changes_nothing_and_says_everything_wrong_with_it()
    {
        using var reloader = Watch("{}");

        Write("""{ "server": { "url": [] }, "routes": { "r": { "models": ["x"] } } }""");
        reloader.CheckNow();

        var result = Assert.Single(_results);
        Assert.Null(result.Config);
        Assert.Equal(["$.server.url", "$.routes.r.models[0]"], result.Problems.Where(p => p.Severity == ConfigSeverity.Error).Select(p => p.Path));
    }

    [Fact]
    public void A_file_that_is_put_right_again_is_loaded_again()
    {
        using var reloader = Watch("""{ "providers": { "ollama": {} } }""");

        Write("{");
        reloader.CheckNow();
        Write("""{ "providers": { "ollama": {} } }""");
        reloader.CheckNow();

        Assert.Equal([true, false], _results.Select(r => r.Config is null));
    }

    [Fact]
    public void A_file_that_was_only_touched_is_not_loaded()
    {
        using var reloader = Watch("{}");

        Write("{}");
        reloader.OnFileEvent("signalbox.json");
        _clock.Advance(Settle);

        Assert.Empty(_results);
    }

    [Fact]
    public void An_editor_that_replaces_the_file_is_seen()
    {
        using var reloader = Watch("{}");

        File.Move(_folder.Write("signalbox.json~new", """{ "providers": { "vllm": {} } }"""), Path.Combine(_folder.Path, "signalbox.json"), overwrite: true);
        reloader.CheckNow();

        Assert.Equal(["vllm"], Assert.Single(_results).Config!.Providers.Keys);
    }

    [Fact]
    public void A_file_that_is_gone_is_an_error_said_once()
    {
        using var reloader = Watch("{}");

        File.Delete(Path.Combine(_folder.Path, "signalbox.json"));
        reloader.CheckNow();
        reloader.CheckNow();

        Assert.EndsWith("there is no such file", Assert.Single(Given.ErrorsOf(Assert.Single(_results))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_the_dot_env_file_counts_too()
    {
        _folder.Write(".env", "KEY=one");
        using var reloader = Watch("""{ "providers": { "ollama": { "apiKey": "${KEY}" } } }""");

        _folder.Write(".env", "KEY=two");
        reloader.OnFileEvent(".env");
        _clock.Advance(Settle);

        Assert.Equal("two", Assert.Single(_results).Config!.Providers["ollama"].ApiKey);
    }

    [Fact]
    public void Other_files_in_the_folder_are_none_of_its_business()
    {
        using var reloader = Watch("{}");
        _clock.Advance(Settle);

        Write("""{ "providers": { "vllm": {} } }""");
        reloader.OnFileEvent("usage.db");
        reloader.OnFileEvent(null);
        _clock.Advance(Settle * 10);

        Assert.Empty(_results);
    }

    [Fact]
    public void A_change_between_loading_and_watching_is_not_missed()
    {
        var path = Write("{}");
        var loaded = ConfigLoader.Load(path, Given.Nothing);
        Write("""{ "providers": { "vllm": {} } }""");

        using var reloader = new ConfigReloader(loaded, Given.Nothing, _results.Add, _clock, watch: false);
        _clock.Advance(Settle);

        Assert.Single(_results);
    }

    [Fact]
    public void Nothing_is_called_after_the_end()
    {
        var reloader = Watch("{}");
        Write("""{ "providers": { "vllm": {} } }""");
        reloader.OnFileEvent("signalbox.json");

        reloader.Dispose();
        _clock.Advance(Settle);
        reloader.CheckNow();

        Assert.Empty(_results);
    }

    [Fact]
    public void A_config_from_the_environment_has_no_file_to_watch() =>
        Assert.Throws<ArgumentException>(() => new ConfigReloader(ConfigLoader.Load(ConfigSource.Read(null, _folder.Path), Given.Nothing), Given.Nothing, _results.Add));

    // The only test with the system's clock and file events: it waits for the call, not for time to pass.
    [Fact]
    public async Task A_real_change_of_a_real_file_arrives()
    {
        var arrived = new TaskCompletionSource<ConfigResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var loaded = ConfigLoader.Load(Write("{}"), Given.Nothing);
        using var reloader = new ConfigReloader(loaded, Given.Nothing, result => arrived.TrySetResult(result));
        Assert.True(reloader.IsWatching);

        File.Move(_folder.Write("signalbox.json~new", """{ "providers": { "vllm": {} } }"""), Path.Combine(_folder.Path, "signalbox.json"), overwrite: true);

        var result = await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(["vllm"], result.Config!.Providers.Keys);
    }

    private ConfigReloader Watch(string json)
    {
        var loaded = ConfigLoader.Load(Write(json), Given.Nothing);
        var reloader = new ConfigReloader(loaded, Given.Nothing, _results.Add, _clock, watch: false);
        _clock.Advance(Settle);
        Assert.Empty(_results);
        return reloader;
    }

    private string Write(string json) => _folder.Write("signalbox.json", json);
}
