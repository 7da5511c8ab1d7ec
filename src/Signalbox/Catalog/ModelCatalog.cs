namespace Signalbox.Catalog;

/// <summary>The models that Signalbox knows: windows, capabilities per version, and prices with the day they start.</summary>
public sealed class ModelCatalog
{
    private readonly Dictionary<string, CatalogProvider> _providers;

    private ModelCatalog(IReadOnlyList<CatalogProvider> providers)
    {
        _providers = new Dictionary<string, CatalogProvider>(providers.Count, StringComparer.OrdinalIgnoreCase);
        var all = new List<CatalogModel>();
        foreach (var provider in providers)
        {
            _providers.Add(provider.Name, provider);
            all.AddRange(provider.Models);
        }

        All = all;
    }

    /// <summary>Every model, provider by provider.</summary>
    public IReadOnlyList<CatalogModel> All { get; }

    /// <summary>Reads the catalog that is part of the library. Takes milliseconds: keep the result.</summary>
    public static ModelCatalog LoadEmbedded()
    {
        using var stream = typeof(ModelCatalog).Assembly.GetManifestResourceStream("catalog.json")
            ?? throw new InvalidOperationException("The library was built without Catalog/catalog.json.");
        var json = new byte[stream.Length];
        stream.ReadExactly(json);
        return Parse(json);
    }

    internal static ModelCatalog Parse(ReadOnlySpan<byte> json) => new(new CatalogReader().Read(json));

    /// <summary>The models of a provider; empty where it has none here.</summary>
    public IReadOnlyList<CatalogModel> ForProvider(string provider) =>
        _providers.TryGetValue(provider, out var found) ? found.Models : [];

    /// <summary>
    /// The model of that name: as listed, by an alias, or as a dated snapshot or variant of a listed one. A snapshot that is not
    /// listed has its version's capabilities, and its price only where the provider prices versions and not snapshots.
    /// </summary>
    public CatalogModel? Find(string provider, string upstream) =>
        _providers.TryGetValue(provider, out var found) ? found.Find(upstream) : null;

    /// <summary>As <see cref="Find"/>, but never null: an unknown model has no price, no known window and conservative capabilities.</summary>
    public CatalogModel Resolve(string provider, string upstream) => Find(provider, upstream) ?? new CatalogModel
    {
        Provider = provider,
        Id = upstream,
        IsKnown = false,
        Capabilities = _providers.TryGetValue(provider, out var known) ? known.Settings.ForUnknown(upstream) : ModelCapabilities.Conservative,
    };

    /// <summary>This catalog with models added, or put in the place of those with the same provider and id.</summary>
    public ModelCatalog With(IEnumerable<CatalogModel> models)
    {
        var lists = new Dictionary<string, List<CatalogModel>>(StringComparer.OrdinalIgnoreCase);
        foreach (var model in models)
        {
            if (!lists.TryGetValue(model.Provider, out var list))
            {
                lists.Add(model.Provider, list = [.. ForProvider(model.Provider)]);
            }

            Put(list, model);
        }

        var providers = new List<CatalogProvider>();
        foreach (var provider in _providers.Values)
        {
            providers.Add(lists.Remove(provider.Name, out var list) ? new CatalogProvider(provider.Name, provider.Settings, list) : provider);
        }

        foreach (var (name, list) in lists)
        {
            providers.Add(new CatalogProvider(name, CatalogProviderSettings.None, list));
        }

        return new ModelCatalog(providers);
    }

    private static void Put(List<CatalogModel> list, CatalogModel model)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            var other = list[i];
            if (string.Equals(other.Id, model.Id, StringComparison.OrdinalIgnoreCase))
            {
                list.RemoveAt(i);
                continue;
            }

            // A new model's own names win over what they were aliases of.
            var aliases = other.Aliases.Where(alias => !IsNameOf(model, alias)).ToArray();
            var isDefault = other.IsDefault && !model.IsDefault;
            if (aliases.Length != other.Aliases.Count || isDefault != other.IsDefault)
            {
                list[i] = other with { Aliases = aliases, IsDefault = isDefault };
            }
        }

        list.Add(model);
    }

    private static bool IsNameOf(CatalogModel model, string name) =>
        string.Equals(model.Id, name, StringComparison.OrdinalIgnoreCase) || model.Aliases.Contains(name, StringComparer.OrdinalIgnoreCase);
}
