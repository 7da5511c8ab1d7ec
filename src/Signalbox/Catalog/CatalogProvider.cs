namespace Signalbox.Catalog;

/// <summary>The models of one provider, found by any of their names.</summary>
internal sealed class CatalogProvider
{
    private readonly Dictionary<string, CatalogModel> _byName = new(StringComparer.OrdinalIgnoreCase);

    public CatalogProvider(string name, CatalogProviderSettings settings, IReadOnlyList<CatalogModel> models)
    {
        Name = name;
        Settings = settings;
        Models = models;
        foreach (var model in models)
        {
            Add(model.Id, model);
            foreach (var alias in model.Aliases)
            {
                Add(alias, model);
            }
        }
    }

    public string Name { get; }

    public CatalogProviderSettings Settings { get; }

    public IReadOnlyList<CatalogModel> Models { get; }

    public CatalogModel? Find(string upstream)
    {
        var name = WithoutPrefix(upstream);
        if (_byName.TryGetValue(name, out var model))
        {
            return model;
        }

        for (var shorter = SnapshotName.Shorten(name); shorter is not null; shorter = SnapshotName.Shorten(shorter))
        {
            if (_byName.TryGetValue(shorter, out model))
            {
                return Snapshot(model, upstream, isDated: !name.Contains(':'));
            }
        }

        return null;
    }

    // A snapshot, variant or fine-tune does what its version does. It costs the same only where the provider prices versions.
    private CatalogModel Snapshot(CatalogModel model, string upstream, bool isDated) => model with
    {
        Id = upstream,
        Aliases = [],
        IsDefault = false,
        Prices = Settings.DatedPrices && isDated ? model.Prices : [],
    };

    private void Add(string name, CatalogModel model)
    {
        if (!_byName.TryAdd(WithoutPrefix(name), model))
        {
            throw new InvalidDataException($"The catalog names '{name}' of provider '{Name}' twice.");
        }
    }

    private string WithoutPrefix(string name) =>
        Settings.Prefix is { } prefix && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? name[prefix.Length..] : name;
}

/// <summary>What holds for all models of a provider.</summary>
internal sealed record CatalogProviderSettings
{
    public static CatalogProviderSettings None { get; } = new();

    /// <summary>Capabilities of a model that is not listed and whose name starts like one of <see cref="UnknownNames"/>.</summary>
    public ModelCapabilities Unknown { get; init; } = ModelCapabilities.Conservative;

    /// <summary>How the provider's own new models will be called. Other names are other servers' models behind the same address.</summary>
    public IReadOnlyList<string> UnknownNames { get; init; } = [];

    /// <summary>The resource path that may stand before a model's name, e.g. <c>models/</c>.</summary>
    public string? Prefix { get; init; }

    /// <summary>Whether every dated snapshot of a version has the version's price.</summary>
    public bool DatedPrices { get; init; }

    public ModelCapabilities ForUnknown(string upstream)
    {
        foreach (var start in UnknownNames)
        {
            if (upstream.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return Unknown;
            }
        }

        return ModelCapabilities.Conservative;
    }
}
