using Microsoft.Extensions.AI;

namespace Signalbox;

/// <summary>What <c>AddSignalbox()</c> is to work with.</summary>
public sealed class SignalboxOptions
{
    private readonly Dictionary<string, Func<IServiceProvider, IChatClient>> _clients = new(StringComparer.Ordinal);

    /// <summary>Path of a configuration file; null looks for <c>signalbox.json</c> in the working folder, then at the environment.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>A configuration as JSON text; goes before <see cref="ConfigFile"/>.</summary>
    public string? ConfigJson { get; set; }

    internal IReadOnlyDictionary<string, Func<IServiceProvider, IChatClient>> Clients => _clients;

    /// <summary>Makes a client of this process a provider: its models are asked for as <c>name/model</c>.</summary>
    public SignalboxOptions AddClient(string name, IChatClient client) => AddClient(name, _ => client);

    /// <summary>Makes a client of this process a provider, created from the application's services.</summary>
    public SignalboxOptions AddClient(string name, Func<IServiceProvider, IChatClient> create)
    {
        _clients[name] = create;
        return this;
    }
}
