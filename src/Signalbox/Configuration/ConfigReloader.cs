namespace Signalbox.Configuration;

/// <summary>
/// Watches a config file and the .env file beside it. When their content changes it loads them and hands over the result:
/// a new config to swap in, or what is wrong with it, in which case the config in use is to stay.
/// </summary>
public sealed class ConfigReloader : IDisposable
{
    // Editors write in several steps; this long after the last of them the file is whole.
    internal static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

    // A mounted Kubernetes ConfigMap changes by moving this link; the file itself never sees an event.
    private const string MountedData = "..data";

    private readonly Lock _gate = new();
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly Action<ConfigResult> _onChange;
    private readonly string _path;
    private readonly string _folder;
    private readonly ITimer _settled;
    private readonly FileSystemWatcher? _watcher;
    private ConfigSource _current;
    private bool _disposed;

    /// <summary>Begins to watch the file that <paramref name="loaded"/> came from.</summary>
    /// <param name="loaded">The result in use. It must come from a file.</param>
    /// <param name="environment">The environment it was loaded with.</param>
    /// <param name="onChange">Called for every change, one call at a time.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public ConfigReloader(
        ConfigResult loaded, IReadOnlyDictionary<string, string> environment, Action<ConfigResult> onChange, TimeProvider? timeProvider = null)
        : this(loaded, environment, onChange, timeProvider ?? TimeProvider.System, watch: true)
    {
    }

    /// <summary>Without <paramref name="watch"/> only <see cref="OnFileEvent"/> tells of changes: a test's own events are the only ones.</summary>
    internal ConfigReloader(
        ConfigResult loaded, IReadOnlyDictionary<string, string> environment, Action<ConfigResult> onChange, TimeProvider timeProvider, bool watch)
    {
        _current = loaded.Source ?? throw new ArgumentException("Only a config that was loaded can be reloaded.", nameof(loaded));
        _path = _current.Path ?? throw new ArgumentException("There is no file to watch: the config was found in the environment.", nameof(loaded));
        _folder = _current.Folder;
        _environment = environment;
        _onChange = onChange;
        _settled = timeProvider.CreateTimer(_ => CheckNow(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _watcher = watch ? TryWatch() : null;

        // The file may have changed between loading and watching.
        Touch();
    }

    /// <summary>False when the system does not report changes (no inotify instance left, no such folder): only <see cref="CheckNow"/> finds them.</summary>
    public bool IsWatching => _watcher is not null;

    /// <summary>Looks at the files now; calls back if they changed since the last look.</summary>
    public void CheckNow()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            var source = ConfigSource.Read(_path, _folder);
            if (source.HasSameContentAs(_current))
            {
                return;
            }

            _current = source;
            _onChange(ConfigLoader.Load(source, _environment));
        }
    }

    /// <summary>Stops watching. No call back begins after this returns.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _watcher?.Dispose();
        _settled.Dispose();
    }

    /// <summary>Something happened to a file of this name in the folder.</summary>
    internal void OnFileEvent(string? name)
    {
        if (name == Path.GetFileName(_path) || name is DotEnvFile.Name or MountedData)
        {
            Touch();
        }
    }

    private void Touch() => _settled.Change(Settle, Timeout.InfiniteTimeSpan);

    private FileSystemWatcher? TryWatch()
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(_folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
            watcher.Changed += (_, e) => OnFileEvent(e.Name);
            watcher.Created += (_, e) => OnFileEvent(e.Name);
            watcher.Deleted += (_, e) => OnFileEvent(e.Name);
            watcher.Renamed += (_, e) =>
            {
                OnFileEvent(e.OldName);
                OnFileEvent(e.Name);
            };

            // Events were lost, perhaps ours.
            watcher.Error += (_, _) => Touch();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            watcher?.Dispose();
            return null;
        }
    }
}
