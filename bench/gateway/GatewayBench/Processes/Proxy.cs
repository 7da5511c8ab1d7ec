using System.Text;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>A running proxy: the bare one or the gateway. Knows how each kind of request is asked of it.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly bool _isGateway;

    private Proxy(ChildProcess process, int port, bool isGateway)
    {
        Process = process;
        _isGateway = isGateway;
        Port = port;
    }

    public int Port { get; }

    public ChildProcess Process { get; }

    public static Proxy StartBare(Setup setup)
    {
        var port = Setup.FreePort();
        var command = $"'{setup.Options.BareProxy}' {port} http://127.0.0.1:{setup.UpstreamPort}";
        return new Proxy(ChildProcess.Start(command, setup.Workspace.File("bare.log"), setup.Workspace.Root), port, isGateway: false);
    }

    public static Proxy StartGateway(Setup setup)
    {
        if (setup.Options.SelfCheck)
        {
            return StartBare(setup);
        }
        var port = Setup.FreePort();
        var config = setup.Workspace.Write("signalbox.json", GatewayConfig(setup.UpstreamPort));
        var command = $"{setup.Options.Gateway} serve --config '{config}' --data '{setup.Workspace.File("data")}' --urls http://127.0.0.1:{port}";
        return new Proxy(ChildProcess.Start(command, setup.Workspace.File("gateway.log"), setup.Workspace.Root), port, isGateway: true);
    }

    public Call Relayed(string provider) => _isGateway ? Call.Relayed(Port, provider) : Call.Plain(Port, provider);

    public Call Translated(string provider) => _isGateway ? Call.Translated(Port, provider) : Call.Plain(Port, provider);

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static string GatewayConfig(int upstreamPort)
    {
        var providers = new StringBuilder();
        foreach (var provider in Providers.All)
        {
            providers.Append(providers.Length > 0 ? ",\n" : "")
                .Append($$"""    "{{provider}}": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:{{upstreamPort}}/{{provider}}/v1", "apiKey": "bench" }""");
        }
        return $"{{\n  \"providers\": {{\n{providers}\n  }}\n}}\n";
    }
}
