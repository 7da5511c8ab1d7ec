using System.Collections.Frozen;
using Signalbox.Configuration;
using Signalbox.Configuration.Fields;
using Signalbox.Dialects;

namespace Signalbox.Versions;

/// <summary>
/// The model versions by name and alias, and the active one. What was registered while the process runs goes before the configuration, that before
/// what is built in. Safe for any thread; a request takes <see cref="Active"/> once and ends on it, whatever is switched meanwhile.
/// </summary>
internal sealed class ModelVersions
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _switching = new(1, 1);
    private readonly Dictionary<string, ModelVersion> _registered = new(StringComparer.Ordinal);
    private SignalboxConfig _config;
    private volatile FrozenDictionary<string, ModelVersion> _byName;
    private volatile ModelVersion _active;

    /// <param name="config">Its <c>versions</c> are known, and its version to begin with is active; the banking model's where it names none that is known.</param>
    public ModelVersions(SignalboxConfig config)
    {
        _config = config;
        _byName = Build();
        _active = (config.ModelVersion is { } name ? Find(name) : null) ?? _byName[BuiltInVersions.Custom];
    }

    /// <summary>The version that requests are given now.</summary>
    public ModelVersion Active => _active;

    /// <summary>Every version once, by name.</summary>
    public IReadOnlyList<ModelVersion> Known => [.. _byName.Values.Distinct().OrderBy(static version => version.Name, StringComparer.Ordinal)];

    /// <summary>The version of a name or alias; null where there is none.</summary>
    public ModelVersion? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Adds a version, or takes the place of the one of its name. The active one stays active until it is switched.</summary>
    /// <exception cref="ArgumentException">Its name or an alias cannot be one, or is another version's.</exception>
    public void Register(ModelVersion version)
    {
        lock (_lock)
        {
            Add(version);
        }
    }

    /// <summary>The version of a name or alias, made and registered where there is none. Of several callers one makes it.</summary>
    public ModelVersion GetOrAdd(string name, Func<string, ModelVersion> create)
    {
        lock (_lock)
        {
            if (Find(name) is { } known)
            {
                return known;
            }

            var made = create(name);
            if (made.Name != name)
            {
                throw new ArgumentException($"A version {Words.Quote(name)} was to be made, and {Words.Quote(made.Name)} was.", nameof(create));
            }

            Add(made);
            return made;
        }
    }

    /// <summary>Puts a new configuration's versions in force. The active one stays, in its new form where it has one.</summary>
    public void Apply(SignalboxConfig config)
    {
        lock (_lock)
        {
            _config = config;
            _byName = Build();
            _active = Find(_active.Name) ?? _active;
        }
    }

    /// <summary>
    /// Makes a version the active one once it has answered a probe. Switches wait for each other, so that the last one asked for is the last
    /// one made. Where there is an error, nothing has changed.
    /// </summary>
    /// <param name="name">Name or alias.</param>
    /// <param name="probe">Null when the version answers, otherwise why not.</param>
    /// <param name="cancel">Whoever switches has gone.</param>
    public async Task<VersionSwitch> SwitchAsync(string name, Func<ModelVersion, CancellationToken, Task<GatewayError?>> probe, CancellationToken cancel)
    {
        if (Find(name) is null)
        {
            return new VersionSwitch(_active, _active, Unknown(name));
        }

        await _switching.WaitAsync(cancel);
        try
        {
            var previous = _active;
            if (Find(name) is not { } version)
            {
                return new VersionSwitch(previous, previous, Unknown(name));
            }

            if (await probe(version, cancel) is { } error)
            {
                return new VersionSwitch(previous, previous, Unhealthy(version, previous, error));
            }

            lock (_lock)
            {
                _active = Find(version.Name) ?? version;
            }

            return new VersionSwitch(version, previous, null);
        }
        finally
        {
            _switching.Release();
        }
    }

    /// <summary>What to say to whoever names a version that is not known.</summary>
    public GatewayError Unknown(string name) =>
        new(ErrorKind.NotFound, $"There is no model version {Words.Quote(name)}. Known: {string.Join(", ", Known.Select(static version => version.Name))}.") { Field = "model_version" };

    /// <summary>Whatever it was that its model said, for whoever switches the version is one that cannot be had: a model's "not found" is not theirs.</summary>
    private static GatewayError Unhealthy(ModelVersion version, ModelVersion previous, GatewayError error) =>
        new(error.IsOutage ? error.Kind : ErrorKind.UpstreamUnavailable, $"The version {version.Name} ({version.Model}) does not answer, so {previous.Name} stays active: {error.Message}") { Status = 409, Field = "model_version" };

    /// <summary>Under the lock.</summary>
    private void Add(ModelVersion version)
    {
        foreach (var name in version.Aliases.Prepend(version.Name))
        {
            if (TextChecks.VersionName(name) is { } complaint)
            {
                throw new ArgumentException($"{Words.Quote(name)}: {complaint}.", nameof(version));
            }

            if (Find(name) is { } other && other.Name != version.Name)
            {
                throw new ArgumentException($"{Words.Quote(name)} is a name of the version {other.Name}; choose another.", nameof(version));
            }
        }

        _registered[version.Name] = version;
        _byName = Build();
    }

    /// <summary>Names before aliases; of equal names and aliases the nearer to the user wins.</summary>
    private FrozenDictionary<string, ModelVersion> Build()
    {
        var configured = _config.Versions.Values.Select(static version => new ModelVersion(version.Name, version.Model) { Lora = version.Lora, Aliases = version.Aliases });
        var versions = new Dictionary<string, ModelVersion>(StringComparer.Ordinal);
        foreach (var version in _registered.Values.Concat(configured).Concat(BuiltInVersions.Of(_config)))
        {
            versions.TryAdd(version.Name, version);
        }

        foreach (var version in versions.Values.ToArray())
        {
            foreach (var alias in version.Aliases)
            {
                versions.TryAdd(alias, version);
            }
        }

        return versions.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>What came of a switch: what is active now, what was before, and why it is still that.</summary>
internal sealed record VersionSwitch(ModelVersion Active, ModelVersion Previous, GatewayError? Error);
