using System.Net;
using System.Net.Sockets;
using Signalbox.Bench.Gateway.Processes;

namespace Signalbox.Bench.Gateway;

/// <summary>What every part of the bench needs: options, workspace and the running upstream.</summary>
internal sealed record Setup(BenchOptions Options, Workspace Workspace, ChildProcess Upstream, int UpstreamPort)
{
    /// <summary>A port that nobody listens on now; the proxies are given theirs, they do not choose.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts the gateway (or what stands for it) and returns once it answers.</summary>
    public async Task<Proxy> StartGatewayAsync(CancellationToken cancellationToken) =>
        await ReadyAsync(Proxy.StartGateway(this), cancellationToken);

    /// <summary>Starts the gateway with its routes and detectors on.</summary>
    public async Task<Proxy> StartRoutingGatewayAsync(CancellationToken cancellationToken) =>
        await ReadyAsync(Proxy.StartGateway(this, routes: true), cancellationToken);

    /// <summary>Starts the gateway with a configuration file of the part's own.</summary>
    public async Task<Proxy> StartGatewayAsync(string config, CancellationToken cancellationToken) =>
        await ReadyAsync(Proxy.StartGateway(this, config), cancellationToken);

    public async Task<Proxy> StartBareAsync(CancellationToken cancellationToken) =>
        await ReadyAsync(Proxy.StartBare(this), cancellationToken);

    public async Task UpstreamReadyAsync(CancellationToken cancellationToken)
    {
        using var probe = new HttpProbe();
        if (await probe.FirstAnswerAsync(Call.Plain(UpstreamPort, Providers.Complete), Upstream, cancellationToken) is null)
        {
            throw new BenchException($"nginx did not answer ({probe.LastFailure}):\n{Log("nginx.log")}");
        }
    }

    private async Task<Proxy> ReadyAsync(Proxy proxy, CancellationToken cancellationToken)
    {
        using var probe = new HttpProbe();
        if (await probe.FirstAnswerAsync(proxy.Relayed(Providers.Complete), proxy.Process, cancellationToken) is not null)
        {
            return proxy;
        }
        await proxy.DisposeAsync();
        throw new BenchException($"A proxy did not answer ({probe.LastFailure}). The logs:\n{Log("gateway.log")}{Log("bare.log")}");
    }

    private string Log(string name) => File.Exists(Workspace.File(name)) ? File.ReadAllText(Workspace.File(name)) : "";
}

/// <summary>The bench cannot go on; the message tells the user why.</summary>
internal sealed class BenchException(string message) : Exception(message);
