using Signalbox.FunctionalTests.Support;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.FunctionalTests.LocalModels;

/// <summary>A gateway with a folder of small random models.</summary>
internal sealed class LocalBench : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("local-models");

    public GatewayHarness Gateway { get; private set; } = null!;

    public string Folder => _folder.FullName;

    /// <summary>A gateway whose section <c>local</c> names the folder.</summary>
    /// <param name="local">More of the section, beginning with a comma.</param>
    /// <param name="rest">Other sections, beginning with a comma.</param>
    /// <param name="prepare">Puts files into the folder; null for one model named <c>small</c>.</param>
    public static async Task<LocalBench> StartAsync(string local = "", string rest = "", Action<LocalBench>? prepare = null)
    {
        var bench = new LocalBench();
        (prepare ?? (static b => b.Add("small")))(bench);
        bench.Gateway = await GatewayHarness.StartAsync(bench.Config(local, rest));
        return bench;
    }

    public string Config(string local = "", string rest = "") => $$"""{"local":{"folder":"{{Folder}}"{{local}}}{{rest}}}""";

    public void Add(string name, RandomModel? model = null) => RandomModels.Write(model ?? new RandomModel(), Path.Combine(Folder, name + ".gguf"));

    public Task<CallerAnswer> ChatAsync(string model, string more = "", string text = "hi", params (string Name, string Value)[] headers) =>
        Gateway.AskAsync("/v1/chat/completions", $$"""{"model":"{{model}}","max_tokens":12,"messages":[{"role":"user","content":"{{text}}"}]{{more}}}""", headers);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
