using Microsoft.Extensions.AI;
using Signalbox.Configuration;

namespace Signalbox;

/// <summary>What <c>AddSignalbox()</c> is to work with.</summary>
public sealed class SignalboxOptions
{
    private readonly Dictionary<string, (Func<IServiceProvider, IChatClient> Create, Locality Locality)> _clients = new(StringComparer.Ordinal);

    /// <summary>Path of a configuration file; null looks for <c>signalbox.json</c> in the working folder, then at the environment.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>A configuration as JSON text; goes before <see cref="ConfigFile"/>.</summary>
    public string? ConfigJson { get; set; }

    internal IReadOnlyDictionary<string, (Func<IServiceProvider, IChatClient> Create, Locality Locality)> Clients => _clients;

    /// <summary>
    /// Makes a client of this process a provider: its models are asked for as <c>name/model</c>. What the client does with a request is
    /// its own affair, so it is given confidential ones only when it is said to be local.
    /// </summary>
    public SignalboxOptions AddClient(string name, IChatClient client, Locality locality = Locality.Cloud) => AddClient(name, _ => client, locality);

    /// <summary>Makes a client of this process a provider, created from the application's services.</summary>
    public SignalboxOptions AddClient(string name, Func<IServiceProvider, IChatClient> create, Locality locality = Locality.Cloud)
    {
        _clients[name] = (create, locality);
        return this;
    }
}
