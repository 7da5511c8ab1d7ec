using System.Collections.Concurrent;
using System.Net;
using Signalbox.FunctionalTests.FaultMatrix;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Network;

/// <summary>
/// A house with local providers at 127.0.0.1, and the cloud: providers at 127.0.0.2, and others that are known by name only. Whatever
/// fails in the house, the cloud would gladly answer.
/// </summary>
internal sealed class HouseBench : IAsyncDisposable
{
    public static readonly IPAddress CloudAddress = IPAddress.Parse("127.0.0.2");
    private const string CloudName = "far-away";
    private readonly List<string> _providers = [];
    private readonly List<string> _models = [];
    private readonly List<string> _routes = [];
    private readonly ConcurrentDictionary<string, int> _localCalls = new(StringComparer.Ordinal);

    private HouseBench(MatrixUpstreams house, FakeUpstream cloud) => (House, Cloud) = (house, cloud);

    public SocketRecorder Recorder { get; } = new();

    public MatrixUpstreams House { get; }

    public FakeUpstream Cloud { get; }

    public GatewayHarness Gateway { get; private set; } = null!;

    /// <summary>Connections that the process began to the cloud, and cloud names that it looked up.</summary>
    public IEnumerable<string> Escapes =>
        Recorder.Connections.Where(static to => to.Address.Equals(CloudAddress)).Select(static to => to.ToString())
            .Concat(Recorder.Names.Where(static name => name.Contains(CloudName, StringComparison.Ordinal)));

    public static async Task<HouseBench> StartAsync()
    {
        var bench = new HouseBench(await MatrixUpstreams.StartAsync(), await FakeUpstream.StartAsync(address: CloudAddress));
        foreach (var wire in Wire.All)
        {
            bench.Cloud.On($"cloud-{wire}", call => SideAnswers.AnswerAsync(call, wire));
            bench._providers.Add($"\"cloud-{wire}\":{{\"dialect\":\"{wire}\",\"baseUrl\":\"{bench.Cloud.BaseUrl($"cloud-{wire}")}\",\"locality\":\"cloud\"}}");
            bench._providers.Add($"\"named-{wire}\":{{\"dialect\":\"{wire}\",\"baseUrl\":\"http://{UnknownHost.NameWith($"{CloudName}-{wire}-")}\",\"locality\":\"cloud\",\"maxAttempts\":1}}");
        }

        return bench;
    }

    /// <summary>Adds a local provider that does this.</summary>
    public string AddLocal(string name, Wire wire, Func<UpstreamCall, Task> does, string settings = "", string? address = null)
    {
        House.Acting.On(name, call =>
        {
            _localCalls.AddOrUpdate(name, 1, static (_, count) => count + 1);
            return does(call);
        });
        _providers.Add($"\"{name}\":{{\"dialect\":\"{wire}\",\"baseUrl\":\"{address ?? House.Acting.BaseUrl(name)}\",\"locality\":\"local\",\"maxAttempts\":1{settings}}}");
        return $"{name}/m";
    }

    public string AddRoute(string name, string settings)
    {
        _routes.Add($"\"{name}\":{{{settings}}}");
        return name;
    }

    public string AddModel(string id, string settings)
    {
        _models.Add($"\"{id}\":{{{settings}}}");
        return id;
    }

    public int LocalCalls(string name) => _localCalls.GetValueOrDefault(name);

    public async Task OpenAsync() =>
        Gateway = await GatewayHarness.StartAsync($"{{\"providers\":{{{string.Join(',', _providers)}}},\"models\":{{{string.Join(',', _models)}}},\"routes\":{{{string.Join(',', _routes)}}}}}");

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await House.DisposeAsync();
        await Cloud.DisposeAsync();
        Recorder.Dispose();
    }
}
