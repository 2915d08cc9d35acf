# The office as a container: web, worker, beat and migrate are the same image with other commands.
FROM python:3.11-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gettext && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/antou
ENV PATH=/opt/antou/bin:$PATH
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --disable-pip-version-check -r /tmp/requirements.txt
WORKDIR /app
COPY . .
RUN find locale -name '*.po' -exec sh -c 'msgfmt --check-format --output-file="${1%.po}.mo" "$1"' _ {} \; \
    && HASHED_STATIC=1 ANTOU_VAR=/tmp/var python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q .

FROM python:3.11-slim
# WeasyPrint draws with Pango; the fonts come with the office.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin antou \
    && install --directory --owner antou --group antou --mode 0700 /data
COPY --from=build /opt/antou /opt/antou
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/antou/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    HASHED_STATIC=1 \
    ANTOU_VAR=/data \
    WEB_BIND=0.0.0.0:8000
USER antou
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "office.wsgi"]
